import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'DNS::is_svcb_available',
  since: 122,
  summary: 'Show whether the nameserver serves SVCB records.',
  description: 'BIND does. DNS::mass_edit_zone adds them.',
  effect: 'none',
  role: 'DNS',
  params: {},
  returns: {
    fields: {
      dns_server: { type: 'string', doc: 'The nameserver: bind.' },
      svcb: { type: 'flag', doc: '1 if it serves SVCB records.' },
    },
  },
  examples: [{ args: {}, doc: 'Whether it does.' }],

  handler: () => ({ dns_server: 'bind', svcb: 1 }),
});
