import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'gethostname',
  since: 11,
  summary: 'Tell the server’s host name.',
  access: 'any',
  effect: 'none',
  params: {},
  returns: { hostname: { type: 'string', doc: 'The host name that the kernel has.' } },
  examples: [{ args: {}, doc: 'Ask for the host name.' }],

  handler: (_args, { machine }) => ({ hostname: machine.system.hostname() }),
});
