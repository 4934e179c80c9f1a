// Upgrades MariaDB: a dump of all databases first, then the packages, then a check.
import { defineTask } from '../core/task.ts';
import { upgradeMysql } from '../drivers/mysql/upgrade.ts';
import type { UpgradeInput } from '../model/databases/mysql-upgrades.ts';

export default defineTask<UpgradeInput>({
  description: 'Upgrade MariaDB or MySQL.',
  // What the interrupted attempt has done is not done again.
  whenInterrupted: 'retry',

  async run(input, { machine, log, logFile, progress, signal }) {
    return { version: await upgradeMysql(machine, input, { log, output: logFile, progress, signal }) };
  },
});
