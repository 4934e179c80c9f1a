import { defineFunction } from '../../core/define.ts';
import { quote } from '../../core/quote.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import * as exclusions from '../../capabilities/certificates/rules/autossl/exclusions.ts';

export default defineFunction({
  name: 'remove_autossl_user_excluded_domains',
  since: 66,
  summary: 'Remove names of an account from those that AutoSSL excludes.',
  description:
    'The next check adds them to the certificate: the one of the night, or that of start_autossl_check_for_one_user.',
  destructive:
    'AutoSSL requests certificates with these names again. To undo it, call add_autossl_user_excluded_domains.',
  access: 'root',
  effect: 'changes',
  params: {
    username: { ...existingAccount, required: true, doc: 'The account.' },
    domain: { ...exclusions.excludedDomain, required: true, doc: 'An excluded name. Can be repeated.' },
  },
  returns: null,
  examples: [
    {
      args: { username: 'bob', domain: 'mail.bob.example' },
      doc: 'Request certificates of “bob” with mail.bob.example again.',
      setUp: ['createacct'],
    },
  ],

  async handler({ username, domain }, { db, caller, inform }) {
    await accounts.get(db, caller, username);
    const others = await exclusions.remove(db, username, domain);
    if (others.length > 0) inform(`These names were not excluded: ${others.map(quote).join(', ')}.`);
  },
});
