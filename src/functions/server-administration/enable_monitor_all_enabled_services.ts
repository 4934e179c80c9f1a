import { defineFunction } from '../../core/define.ts';
import { lookAtServices } from '../../capabilities/system/driver/services/look-services.ts';
import * as monitored from '../../capabilities/system/rules/services/monitored.ts';
import { show } from '../../capabilities/system/rules/services/status.ts';

export default defineFunction({
  name: 'enable_monitor_all_enabled_services',
  since: 52,
  summary: 'Enable monitoring for every enabled service.',
  access: 'root',
  effect: 'changes',
  params: {},
  returns: {
    services: {
      list: {
        fields: {
          service: { type: 'string', doc: 'An enabled service.' },
          monitored: { type: 'flag', doc: 'Whether it is monitored now.' },
        },
      },
      doc: 'One row for each enabled service.',
    },
  },
  list: 'services',
  examples: [{ args: {}, doc: 'Watch all enabled services.' }],

  look: (_args, { machine }) => lookAtServices(machine),

  async handler(_args, { db }, found) {
    const enabled = (await show(db, found)).filter((service) => service.enabled === 1);
    for (const { name } of enabled) await monitored.set(db, name, true);
    return { services: enabled.map(({ name }) => ({ service: name, monitored: 1 })) };
  },
});
