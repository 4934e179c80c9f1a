import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'DNS::is_https_available',
  since: 122,
  summary: 'Show whether the nameserver serves HTTPS records.',
  description: 'BIND does. DNS::mass_edit_zone adds them.',
  effect: 'none',
  role: 'DNS',
  params: {},
  returns: {
    fields: {
      dns_server: { type: 'string', doc: 'The nameserver: bind.' },
      https: { type: 'flag', doc: '1 if it serves HTTPS records.' },
    },
  },
  examples: [{ args: {}, doc: 'Whether it does.' }],

  handler: () => ({ dns_server: 'bind', https: 1 }),
});
