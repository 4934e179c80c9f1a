// The role MySQL: MariaDB, with our settings. Debian’s package lets root log in through the socket, without a password.
import { examineSettings, settingsStep, UNIT } from './configuration.ts';
import type { RoleDriver } from '../../../../ground/driver/role.ts';

export const role: RoleDriver = {
  role: 'MySQL',
  packages: ['mariadb-server'],
  units: [UNIT],

  async configure({ machine, log, changed, isRetry }) {
    const step = settingsStep();
    const diff = await step.preview(machine);
    const memento = await step.prepare(machine);
    await step.apply(machine, memento);
    if (isRetry && memento.files.length === 0) await step.reload(machine);
    if (diff === '') return log('MariaDB already has the settings of whmapi1.');
    changed(step.description);
    for (const line of diff.trimEnd().split('\n')) log(`  ${line}`);
  },

  async examine(machine) {
    const wrong = await examineSettings(machine);
    return wrong === undefined ? [] : [wrong];
  },
};
