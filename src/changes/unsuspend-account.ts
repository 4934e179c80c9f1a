// A suspended account is again as it was before.
import { defineOperation } from '../core/operation.ts';
import * as accounts from '../model/accounts/accounts.ts';

interface UnsuspendAccount {
  readonly username: string;
}

export default defineOperation<UnsuspendAccount>({
  claims: ({ username }) => [`account ${username}`],
  steps: ({ username }) => [
    {
      says: `Unlock the password of “${username}” unless it was locked before, end the expiry of the account, and enable its crontab.`,
      run: async (machine) => (await machine.users()).unsuspend(username),
      undo: async (machine) => (await machine.users()).suspend(username),
    },
  ],
  async finish(db, { username }) {
    const account = await accounts.find(db, username);
    if (account === undefined) throw new Error(`The account “${username}” is gone.`);
    await accounts.update(db, { ...account, suspendedAt: null, suspendReason: '', suspendLocked: false });
  },
});
