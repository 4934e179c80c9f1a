import { defineFunction } from '../../core/define.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import * as problems from '../../capabilities/certificates/rules/autossl/problems.ts';

export default defineFunction({
  name: 'get_autossl_problems_for_user',
  since: 68,
  summary: 'List why AutoSSL could not validate names of an account.',
  access: 'root',
  effect: 'reads',
  params: { username: { ...existingAccount, required: true, doc: 'The account.' } },
  returns: {
    problems_by_domain: { list: { fields: problems.fields }, doc: 'One row for each name with a problem.' },
  },
  list: 'problems_by_domain',
  examples: [
    {
      args: { username: 'bob' },
      doc: 'List the problems of the account “bob”.',
      setUp: ['createacct'],
    },
  ],

  async handler({ username }, { db, caller }) {
    await accounts.get(db, caller, username);
    return { problems_by_domain: (await problems.ofUser(db, username)).map(problems.show) };
  },
});
