import { defineUapi } from '../../core/define-uapi.ts';
import { lookAtServices } from '../../capabilities/system/driver/services/look-services.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import {
  deviceRows,
  informationRow,
  serviceRows,
} from '../../capabilities/system/rules/servers/information.ts';
import { show } from '../../capabilities/system/rules/services/status.ts';

export default defineUapi({
  name: 'ServerInformation::get_information',
  since: 82,
  summary: 'Show which services of the server run, and how much of the server is in use.',
  description:
    'Everything is measured during the call. The list has the services that are installed, the load, the memory, and the ' +
    'file systems of the system and of the account’s home directory.',
  effect: 'reads',
  feature: 'serverstatus',
  params: {},
  returns: { list: informationRow },
  examples: [{ args: {}, doc: 'Everything.' }],

  async look(_args, { machine }) {
    const kernel = await machine.kernel();
    const [services, memory, fileSystems] = await Promise.all([
      lookAtServices(machine),
      kernel.memory(),
      kernel.fileSystems(),
    ]);
    const [load] = machine.system.loadAverage();
    return { services, load, memory, fileSystems };
  },

  async handler(_args, { db, caller, version }, { services, ...measured }) {
    const { home } = await accounts.getOwn(db, caller);
    const own = new Set(services.filter(({ isOwn }) => isOwn === true).map(({ name }) => name));
    return [...serviceRows(await show(db, services), { own, version }), ...deviceRows({ ...measured, home })];
  },
});
