import { setDomainForwarder } from '../../capabilities/mail/plans/own-mail/forwarders.ts';
import { DOMAIN_FORWARDERS, domainParam, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { domainName } from '../../ground/rules/accounts/names.ts';

export default defineUapi({
  name: 'Email::add_domain_forwarder',
  since: 42,
  summary: 'Forward the mail of a domain to another domain.',
  description:
    'Mail for an address goes to the same address of the other domain. Mailboxes and forwarders of the domain come first.',
  feature: DOMAIN_FORWARDERS,
  role: ROLE,
  effect: 'operates',
  params: {
    domain: { ...domainParam, required: true, doc: 'The domain of the account.' },
    destdomain: { ...domainName, required: true, doc: 'The domain that gets the mail.' },
  },
  returns: { type: 'string', doc: 'Empty.' },
  examples: [
    {
      args: { domain: 'bob.example', destdomain: 'example.org' },
      doc: 'Forward ann@bob.example to ann@example.org, and so on.',
    },
  ],

  async handler({ domain, destdomain }, context) {
    context.plan(await setDomainForwarder(context, domain, destdomain));
    return '';
  },
});
