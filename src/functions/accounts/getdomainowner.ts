import { defineFunction } from '../../core/define.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import { maySee } from '../../capabilities/accounts/rules/accounts.ts';
import { findDomain } from '../../capabilities/domains/rules/hosted-domains.ts';

export default defineFunction({
  name: 'getdomainowner',
  since: 78,
  summary: 'Show the account that owns a domain.',
  description:
    'A domain is a main domain, a parked domain, an addon domain or a subdomain. A reseller gets null for domains of ' +
    'accounts that it does not own.',
  access: ['list-accts'],
  effect: 'reads',
  params: { domain: { ...existingDomain, required: true, doc: 'The domain.' } },
  returns: { user: { type: 'string|null', doc: 'The account; null if no account has the domain.' } },
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'The owner of the domain.',
      setUp: ['createacct'],
    },
  ],

  async handler(args, { caller, db }) {
    const account = (await findDomain(db, args.domain.toLowerCase()))?.account;
    return { user: account !== undefined && maySee(caller, account) ? account.username : null };
  },
});
