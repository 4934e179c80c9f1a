import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'gethostname',
  since: 11,
  summary: 'Show the server’s hostname.',
  access: 'any',
  effect: 'none',
  params: {},
  returns: { hostname: { type: 'string', doc: 'The hostname, as the kernel has it.' } },
  examples: [{ args: {}, doc: 'Show the hostname.' }],

  handler: (_args, { system }) => ({ hostname: system.hostname() }),
});
