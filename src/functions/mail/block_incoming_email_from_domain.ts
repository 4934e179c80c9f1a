import { blockDomains } from '../../capabilities/mail/plans/block-domains.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineFunction } from '../../core/define.ts';
import { domainName } from '../../ground/rules/accounts/names.ts';

export default defineFunction({
  name: 'block_incoming_email_from_domain',
  since: 84,
  summary: 'Disable incoming mail from domains.',
  description:
    'Exim refuses each message whose sender has an address of one of these domains. Logins of accounts are not concerned.',
  access: 'root',
  role: ROLE,
  effect: 'operates',
  params: {
    domain: { ...domainName, list: true, required: true, doc: 'The domains.' },
  },
  returns: { updated: { type: 'integer', doc: 'How many domains have changed.' } },
  examples: [{ args: { domain: 'spam.example' }, doc: 'Refuse mail from spam.example.' }],

  async handler({ domain }, context) {
    const { plan, count: updated } = await blockDomains(context, domain, true);
    context.plan(plan);
    return { updated };
  },
});
