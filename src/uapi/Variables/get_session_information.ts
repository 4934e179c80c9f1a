import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Variables::get_session_information',
  since: 86,
  summary: 'Show the hostname of the server.',
  effect: 'none',
  params: { name: { type: 'string', list: true, values: ['host'], doc: 'The variable: host.' } },
  returns: { fields: { host: { type: 'string', doc: 'The hostname of the server.' } } },
  examples: [{ args: {}, doc: 'The hostname.' }],

  handler: (_args, { system }) => ({ host: system.hostname() }),
});
