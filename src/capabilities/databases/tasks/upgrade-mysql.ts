// Upgrades MariaDB: a dump of all databases first, then the packages, then a check.
import { defineTask, type TaskContext } from '../../../core/task.ts';
import { withAccount } from '../../../ground/driver/each-account.ts';
import { upgradeMysql } from '../driver/mysql/upgrade.ts';
import { record } from '../driver/mysql-profiles/record.ts';
import { recordsOf } from '../rules/adopt.ts';
import * as owners from '../rules/owners.ts';
import type { UpgradeInput } from '../rules/mysql-upgrades.ts';

export default defineTask<UpgradeInput>({
  description: 'Upgrade MariaDB or MySQL.',
  // What the interrupted attempt has done is not done again.
  whenInterrupted: 'retry',

  async run(input, context) {
    const { machine, log, logFile, progress, signal } = context;
    const work = { log, output: logFile, progress, signal, watchDrops: () => watchDrops(context) };
    return { version: await upgradeMysql(machine, input, work) };
  },
});

const DATABASES = { engine: 'mysql', kind: 'database' } as const;

async function watchDrops(context: TaskContext) {
  const { machine, signal, transaction, withLocks, log } = context;
  // If a call drops a database that was created by hand, only the record of it shows that.
  const records = recordsOf(context, owners.LOCAL_PROFILE);
  const { failures } = await record(machine, undefined, { locking: { signal, withLocks }, records });
  for (const [username, reason] of failures)
    log(
      `What “${username}” created by hand is not recorded, so it counts as missing if it is dropped now: ${reason}`,
    );
  const all = await transaction('reads', (db) => owners.listAll(db, DATABASES));
  const before = new Map(
    all.filter(({ profile }) => profile === owners.LOCAL_PROFILE).map((one) => [one.name, one]),
  );
  return async (name: string): Promise<boolean> => {
    const stored = before.get(name);
    if (stored === undefined) return false;
    // A call that has dropped it stores that only at its end.
    return withAccount({ withLocks }, stored.owner, async () => {
      const present = await transaction('reads', (db) => owners.find(db, DATABASES, name));
      return present?.createdAt !== stored.createdAt;
    });
  };
}
