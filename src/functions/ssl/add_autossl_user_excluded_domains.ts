import { defineFunction } from '../../core/define.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import * as exclusions from '../../capabilities/certificates/rules/autossl/exclusions.ts';

export default defineFunction({
  name: 'add_autossl_user_excluded_domains',
  since: 66,
  summary: 'Add names of an account to those that AutoSSL excludes.',
  description:
    'The next certificate does not have them; the present one stays. Each name counts on its own: without ' +
    '“bob.example”, the certificate still has “www.bob.example”. Names that are excluded already stay so.',
  access: 'root',
  effect: 'changes',
  params: {
    username: { ...existingAccount, required: true, doc: 'The account.' },
    domain: { ...exclusions.excludedDomain, required: true },
  },
  returns: null,
  examples: [
    {
      args: { username: 'bob', domain: 'mail.bob.example' },
      doc: 'Request certificates of “bob” without mail.bob.example.',
      setUp: ['createacct'],
    },
  ],

  async handler({ username, domain }, { db, caller }) {
    await exclusions.add(db, await accounts.get(db, caller, username), domain);
  },
});
