// Nobody can log in to an account any more, and nothing of it runs; nothing of it is lost.
import { defineOperation } from '../core/operation.ts';
import * as accounts from '../model/accounts/accounts.ts';
import * as sessions from '../model/logins/sessions.ts';

interface SuspendAccount {
  readonly username: string;
  readonly reason: string;
  /** Only root may take it back. */
  readonly locked: boolean;
  /** False where the account was suspended before: then there is nothing to take back. */
  readonly isNew: boolean;
}

export default defineOperation<SuspendAccount>({
  claims: ({ username }) => [`account ${username}`],
  steps: ({ username, isNew }) => [
    {
      says: `Lock the password of “${username}”, expire the account, end its processes, and disable its crontab.`,
      run: async (machine) => (await machine.users()).suspend(username),
      undo: async (machine) => {
        if (isNew) await (await machine.users()).unsuspend(username);
      },
    },
  ],
  async finish(db, { username, reason, locked, isNew }, { now }) {
    const account = await accounts.find(db, username);
    if (account === undefined) throw new Error(`The account “${username}” is gone.`);
    await sessions.closeAll(db, username);
    await accounts.update(db, {
      ...account,
      suspendedAt: isNew ? now() : account.suspendedAt,
      suspendReason: reason,
      suspendLocked: locked,
    });
  },
});
