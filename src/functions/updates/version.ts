import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'version',
  since: 38,
  summary: 'Show the version of this program.',
  description: 'This is the version of whmapi1 itself, because there is no cPanel & WHM on this server.',
  access: 'any',
  effect: 'none',
  params: {},
  returns: { version: { type: 'string', doc: 'Major, minor and patch number.' } },
  examples: [{ args: {}, doc: 'Show the version.' }],

  handler: (_args, { version }) => ({ version }),
});
