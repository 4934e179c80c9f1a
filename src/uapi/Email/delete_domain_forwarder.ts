import { setDomainForwarder } from '../../capabilities/mail/plans/own-mail/forwarders.ts';
import { DOMAIN_FORWARDERS, domainParam, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::delete_domain_forwarder',
  since: 42,
  summary: 'No longer forward the mail of a domain to another domain.',
  feature: DOMAIN_FORWARDERS,
  role: ROLE,
  effect: 'operates',
  params: { domain: { ...domainParam, required: true, doc: 'The domain of the account.' } },
  returns: null,
  examples: [{ args: { domain: 'bob.example' }, doc: 'Keep the mail of bob.example here.' }],

  async handler({ domain }, context) {
    context.plan(await setDomainForwarder(context, domain, null));
  },
});
