import { defineFunction } from '../../core/define.ts';
import { existingDomain } from '../../model/accounts/names.ts';
import { findByDomain, maySee } from '../../model/accounts/accounts.ts';

export default defineFunction({
  name: 'getdomainowner',
  since: 78,
  summary: 'Tell to which account a domain belongs.',
  description: 'It knows main domains. For a reseller, other people’s domains belong to nobody.',
  access: ['list-accts'],
  effect: 'reads',
  params: { domain: { ...existingDomain, required: true, doc: 'The domain.' } },
  returns: { user: { type: 'string|null', doc: 'The account; null where the domain belongs to none.' } },
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'Whose domain it is.',
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
