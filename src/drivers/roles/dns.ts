// The role DNS: BIND 9, with an include of our zones in its configuration.
import { zones } from '../zones/zones.ts';
import type { RoleDriver } from './role-driver.ts';

const NO_SECONDARIES = { keys: [], secondaries: [], catalog: null };

export const dns: RoleDriver = {
  role: 'DNS',
  packages: ['bind9', 'bind9-utils'],
  units: ['named'],

  async configure({ machine, now, log, changed }) {
    const step = await zones.setUp(machine, NO_SECONDARIES, now());
    const diff = await step.preview(machine);
    const memento = await step.prepare(machine);
    await step.apply(machine, memento);
    if (diff === '') return log('BIND already includes the zones of whmapi1.');
    changed(step.description);
    for (const line of diff.split('\n')) if (line !== '') log(`  ${line}`);
  },

  examine: (machine) => zones.examine(machine),
};
