import {
  DOMAIN_FORWARDERS,
  domainForwarderRows,
  domainParam,
  ROLE,
} from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::list_domain_forwarders',
  since: 42,
  summary: 'List the domains whose mail is forwarded to other domains.',
  feature: DOMAIN_FORWARDERS,
  role: ROLE,
  effect: 'reads',
  params: { domain: { ...domainParam, doc: 'Only this domain. Default: all domains of the account.' } },
  returns: {
    list: {
      fields: {
        dest: { type: 'string', doc: 'The domain of the account.' },
        forward: { type: 'string', doc: 'The domain that gets the mail.' },
      },
    },
  },
  examples: [{ args: {}, doc: 'All forwarded domains.' }],

  handler: ({ domain }, context) => domainForwarderRows(context, domain),
});
