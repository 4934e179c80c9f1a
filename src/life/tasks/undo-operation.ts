// Undoes what a failed call could not undo itself, because a daemon or the file system did not allow it.
import { defineTask } from '../../core/task.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { FOLLOW, postpone } from '../../capabilities/accounts/rules/postponed.ts';

interface Input {
  /** In the journal. */
  readonly operation: number;
  /** The kind of change, for people: `change-account`. */
  readonly change: string;
  /** The usernames of the accounts that it concerns. */
  readonly accounts: readonly string[];
}

export default defineTask<Input>({
  description: 'Undo a call that failed, where the call itself could not.',
  whenInterrupted: 'retry',
  // For a week. Then the next call starts the task again.
  retries: { count: 10_080, delayMs: 60_000 },

  async run({ operation, change, accounts: usernames }, { undoOperation, transaction, call, now, log }) {
    for (const remark of await undoOperation(operation)) log(remark);
    // An account may have been suspended, or got its files again, before this was undone.
    for (const username of usernames) {
      const account = await transaction('reads', (db) => accounts.find(db, username));
      if (account === undefined) continue;
      if (account.suspendedAt === null) {
        await transaction('changes', (db) => postpone(db, FOLLOW, account, now()));
        continue;
      }
      const { suspendReason, suspendLocked } = account;
      const args = { user: username, reason: suspendReason, disallowun: suspendLocked ? '1' : '0' };
      const given = Object.entries(args).map(([name, value]) => ({ name, value }));
      const { metadata } = await call({ command: 'suspendacct', args: given });
      log(`“${username}” is suspended: ${metadata.reason}`);
    }
    return { undone: change };
  },
});
