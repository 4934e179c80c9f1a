import { defineFunction } from '../../core/define.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import { CHECK } from '../../capabilities/certificates/rules/autossl/schedule.ts';
import { assertEnabled } from '../../capabilities/certificates/rules/autossl/settings.ts';

export default defineFunction({
  name: 'start_autossl_check_for_one_user',
  since: 58,
  summary: 'Start AutoSSL’s check for an account, in the background, to get or renew its certificates.',
  description:
    'The check is a task of this server: “whmapi1 --wait PID” follows it, and get_autossl_log shows what it did. Names ' +
    'that the issuer could not validate are tried again at once; the nightly check waits for one to seven days.',
  access: 'root',
  effect: 'changes',
  params: { username: { ...existingAccount, required: true, doc: 'The account.' } },
  returns: { pid: { type: 'integer', doc: 'The number of the task.' } },
  examples: [
    {
      args: { username: 'bob' },
      doc: 'Check the account “bob” now.',
      setUp: ['createacct'],
      fails: 'disabled',
    },
  ],

  async handler({ username }, { db, caller, startTask }) {
    await accounts.get(db, caller, username);
    await assertEnabled(db);
    return { pid: await startTask(CHECK, { username, retries_all: true }) };
  },
});
