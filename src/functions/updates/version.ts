import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'version',
  since: 38,
  summary: 'Tell the version of this program.',
  description:
    'It is the version of whmapi1 itself: there is no cPanel & WHM beneath it whose version it could tell.',
  access: 'any',
  effect: 'none',
  params: {},
  returns: { version: { type: 'string', doc: 'Major, minor and patch number.' } },
  examples: [{ args: {}, doc: 'Ask for the version.' }],

  handler: (_args, { version }) => ({ version }),
});
