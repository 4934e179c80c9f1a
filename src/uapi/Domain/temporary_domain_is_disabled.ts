import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Domain::temporary_domain_is_disabled',
  since: 138,
  summary: 'Check whether temporary domains are disabled.',
  description: 'This server has no temporary domains.',
  effect: 'none',
  params: {},
  returns: { fields: { is_disabled: { type: 'flag', doc: 'Always 1.' } } },
  examples: [{ args: {}, doc: 'They are disabled.' }],

  handler: () => ({ is_disabled: 1 }),
});
