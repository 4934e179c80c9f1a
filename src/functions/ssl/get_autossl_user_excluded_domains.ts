import { defineFunction } from '../../core/define.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import * as exclusions from '../../capabilities/certificates/rules/autossl/exclusions.ts';

export default defineFunction({
  name: 'get_autossl_user_excluded_domains',
  since: 66,
  summary: 'List the names of an account that are excluded from AutoSSL.',
  access: 'root',
  effect: 'reads',
  params: { username: { ...existingAccount, required: true, doc: 'The account.' } },
  returns: {
    payload: { list: { fields: exclusions.excludedFields }, doc: 'One row for each excluded name.' },
  },
  list: 'payload',
  examples: [
    {
      args: { username: 'bob' },
      doc: 'List the excluded names of the account “bob”.',
      setUp: ['createacct'],
    },
  ],

  async handler({ username }, { db, caller }) {
    await accounts.get(db, caller, username);
    return { payload: (await exclusions.list(db, username)).map(exclusions.show) };
  },
});
