import { defineFunction } from '../../core/define.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import * as exclusions from '../../capabilities/certificates/rules/autossl/exclusions.ts';

export default defineFunction({
  name: 'set_autossl_user_excluded_domains',
  since: 66,
  summary: 'Set which names of an account AutoSSL excludes.',
  description: 'The names replace those that were excluded before. Without “domain”, no name is excluded.',
  access: 'root',
  effect: 'changes',
  params: {
    username: { ...existingAccount, required: true, doc: 'The account.' },
    domain: exclusions.excludedDomain,
  },
  returns: null,
  examples: [
    {
      args: { username: 'bob', domain: 'mail.bob.example' },
      doc: 'Exclude mail.bob.example, and no other name.',
      setUp: ['createacct'],
    },
  ],

  async handler({ username, domain }, { db, caller }) {
    await exclusions.set(db, await accounts.get(db, caller, username), domain);
  },
});
