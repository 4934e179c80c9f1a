import { defineUapi } from '../../core/define-uapi.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';

export default defineUapi({
  name: 'SSL::can_ssl_redirect',
  since: 80,
  summary: 'Check whether this server can redirect visitors to HTTPS.',
  description: 'A domain also needs a valid certificate: see can_https_redirect of DomainInfo::domains_data.',
  effect: 'reads',
  params: {},
  returns: { type: 'flag', doc: '1 if this server has the role WebServer.' },
  examples: [{ args: {}, doc: 'Whether it can.' }],

  handler: async (_args, context) => Number((await rolesOf(context)).has('WebServer')),
});
