// Removes an account whose removal had to wait for a daemon.
import { ApiError } from '../../core/errors.ts';
import { defineTask } from '../../core/task.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { RETRIES, type Postponed } from '../../capabilities/accounts/rules/postponed.ts';

export default defineTask<Postponed>({
  description: 'Remove an account, once all daemons allow it.',
  whenInterrupted: 'retry',
  retries: RETRIES,

  async run({ uid, keepdns }, { callIfCurrent, log, transaction }) {
    const account = await transaction('reads', (db) => accounts.findByUserId(db, uid));
    // It was removed by a call, or the removal was taken back.
    if (account === undefined || account.suspendedAt === null) return { account: null };
    const { username } = account;
    const args = [
      { name: 'username', value: username },
      { name: 'keepdns', value: keepdns === true ? '1' : '0' },
    ];
    const envelope = await callIfCurrent({ command: 'removeacct', args }, async (db) => {
      const present = await accounts.findByUserId(db, uid);
      return present?.username === username && present.suspendedAt !== null;
    });
    if (envelope === undefined) throw new ApiError('busy', `Another call has changed “${username}”.`);
    const { result, reason } = envelope.metadata;
    const left = await transaction('reads', (db) => accounts.findByUserId(db, uid));
    if (result !== 1 || left !== undefined) throw new ApiError('host_failed', reason);
    log(reason);
    return { account: username };
  },
});
