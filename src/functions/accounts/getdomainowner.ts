import { defineFunction } from '../../core/define.ts';
import { existingDomain } from '../../model/accounts/names.ts';
import { findByDomain, maySee } from '../../model/accounts/accounts.ts';

export default defineFunction({
  name: 'getdomainowner',
  since: 78,
  summary: 'Show the account that owns a domain.',
  description:
    'Only main domains are known. A reseller gets null for domains of accounts that it does not own.',
  access: ['list-accts'],
  effect: 'reads',
  params: { domain: { ...existingDomain, required: true, doc: 'The domain.' } },
  returns: { user: { type: 'string|null', doc: 'The account; null if no account has the domain.' } },
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'The owner of the domain.',
      setUp: [
        {
          command: 'createacct',
          args: { username: 'bob', domain: 'bob.example', password: 'correct horse battery staple 7' },
        },
      ],
    },
  ],

  async handler(args, { caller, db }) {
    const account = await findByDomain(db, args.domain.toLowerCase());
    return { user: account !== undefined && maySee(caller, account) ? account.username : null };
  },
});
