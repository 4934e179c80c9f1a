// What drivers of roles write for accounts, from the store.
import type { TaskContext } from '../../core/task.ts';
import { listUsernames } from '../accounts/in-work.ts';
import { listFiles } from '../certificates/installed.ts';
import { addMissing } from '../certificates/missing.ts';
import { setFirstDefault } from '../php/settings.ts';
import { findPools } from '../php/virtual-hosts.ts';
import { findAccountWeb } from '../web/account-web.ts';

/** What is read of an account holds while its lock is held. */
export function accountFiles(context: TaskContext) {
  const { transaction } = context;
  return {
    accounts: {
      usernames: () => transaction('reads', listUsernames),
      web: (username: string) => transaction('reads', (db) => findAccountWeb(db, username)),
      certificates: async (username: string) => {
        await addMissing(context, username);
        return transaction('reads', (db) => listFiles(db, username));
      },
      pools: (username: string) => transaction('reads', (db) => findPools(db, username)),
    },
    setFirstPhp: (version: string | undefined) =>
      transaction('changes', (db) => setFirstDefault(db, version)),
  };
}
