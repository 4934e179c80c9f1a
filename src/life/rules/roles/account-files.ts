// What drivers of roles write for accounts, from the store.
import type { TaskContext } from '../../../core/task.ts';
import { listUsernames } from '../../../capabilities/accounts/rules/in-work.ts';
import { listFiles } from '../../../capabilities/certificates/rules/installed.ts';
import { addMissing } from '../../../capabilities/certificates/rules/missing.ts';
import { setFirstDefault } from '../../../capabilities/php/rules/settings.ts';
import type { Pools } from '../../../capabilities/php/rules/pools.ts';
import { findPools } from '../../../capabilities/php/rules/virtual-hosts.ts';
import { findAccountWeb } from '../../../capabilities/web/rules/account-web.ts';

/** What is read of an account holds while its lock is held. */
export function accountFiles(context: TaskContext) {
  const { machine, transaction } = context;
  // After a restore on a new machine. A daemon would reject files that name a user who does not exist.
  const hasUser = async (username: string) =>
    (await (await machine.users()).findAll([username])).has(username);
  return {
    accounts: {
      usernames: () => transaction('reads', listUsernames),
      web: async (username: string) =>
        (await hasUser(username)) ? transaction('reads', (db) => findAccountWeb(db, username)) : undefined,
      certificates: async (username: string) => {
        await addMissing(context, username);
        return transaction('reads', (db) => listFiles(db, username));
      },
      pools: async (username: string): Promise<Pools> =>
        (await hasUser(username)) ? transaction('reads', (db) => findPools(db, username)) : new Map(),
    },
    setFirstPhp: (version: string | undefined) =>
      transaction('changes', (db) => setFirstDefault(db, version)),
  };
}
