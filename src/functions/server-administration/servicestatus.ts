import { defineFunction } from '../../core/define.ts';
import { lookAtServices, serviceNames } from '../../capabilities/system/driver/services/look-services.ts';
import { serviceList, show } from '../../capabilities/system/rules/services/status.ts';

export default defineFunction({
  name: 'servicestatus',
  since: 38,
  summary: 'Show which services are installed, enabled, monitored and running.',
  description:
    'The list has every service that WHM knows, including those that are not installed. The states are those of systemd. A ' +
    'sandbox starts no services, and the list shows the recorded states.',
  access: ['status'],
  effect: 'reads',
  params: {
    service: { type: 'string', values: serviceNames, doc: 'Only this service. Default: all services.' },
  },
  returns: { service: serviceList },
  list: 'service',
  columns: ['name', 'display_name', 'installed', 'enabled', 'monitored', 'running'],
  examples: [
    { args: {}, doc: 'All services.' },
    { args: { service: 'named' }, doc: 'The DNS server alone.' },
  ],

  look: (_args, { machine }) => lookAtServices(machine),

  handler: async ({ service }, { db }, found) => ({
    service: await show(
      db,
      found.filter(({ name }) => service === undefined || name === service),
    ),
  }),
});
