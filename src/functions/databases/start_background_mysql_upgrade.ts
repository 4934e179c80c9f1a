import { defineFunction } from '../../core/define.ts';
import { currentVersion, installableVersions } from '../../capabilities/databases/driver/mysql/look-mysql.ts';
import { assertInstallable } from '../../capabilities/databases/rules/mysql-versions.ts';
import { assertNone, UPGRADE, upgradeIdAt } from '../../capabilities/databases/rules/mysql-upgrades.ts';

export default defineFunction({
  name: 'start_background_mysql_upgrade',
  since: 48,
  summary: 'Start an upgrade of MariaDB or MySQL in the background.',
  description:
    'A task writes all databases into a file below /var/backups/whmapi1 that only root can read, and then installs the ' +
    'packages that apt offers. It upgrades the system tables, and checks that the server runs in the new version and has ' +
    'all databases. While the packages change, the server is down. The log says how to go back. ' +
    'background_mysql_upgrade_status shows the state. If the version is the installed one, its updates are installed.',
  access: 'root',
  effect: 'changes',
  role: 'MySQL',
  params: {
    version: {
      type: 'string',
      required: true,
      pattern: { matches: /^\d+\.\d+$/, expects: 'a version with one dot, such as 11.8' },
      doc: 'The version, as installable_mysql_versions shows it.',
    },
  },
  returns: { upgrade_id: { type: 'string', doc: 'The upgrade, for background_mysql_upgrade_status.' } },
  examples: [{ args: { version: '11.8' }, doc: 'Upgrade to this version.', fails: 'not_found' }],

  async look(_args, { machine }) {
    return { current: await currentVersion(machine), offered: await installableVersions(machine) };
  },

  async handler({ version }, { db, now, startTask }, { current, offered }) {
    assertInstallable(version, offered);
    await assertNone(db);
    const upgradeId = upgradeIdAt(now());
    await startTask(UPGRADE, { upgradeId, from: current.version, to: version });
    return { upgrade_id: upgradeId };
  },
});
