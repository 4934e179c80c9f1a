import { defineFunction } from '../../core/define.ts';
import { lookAtZone } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { readZoneName } from '../../capabilities/dns/rules/changed-zone.ts';
import { zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import * as owners from '../../capabilities/dns/rules/zone-owners.ts';
import { zoneRows } from '../../capabilities/dns/rules/zone-views.ts';
import { tableOfDumped } from '../../capabilities/dns/rules/zone-table.ts';

export default defineFunction({
  name: 'dumpzone',
  since: 11,
  summary: 'List the lines of a DNS zone.',
  description:
    'A record has a field for each part of its data. A line that is not a record has the type “:RAW”, or “$TTL” for ' +
    'that directive. “Line” counts from 1.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'reads',
  role: 'DNS',
  params: { domain: { ...zoneParam, alias: ['zone'], required: true } },
  returns: {
    zone: {
      list: { fields: { record: { list: { type: 'any', doc: 'A line of the file.' } } } },
      doc: 'One zone with its lines.',
    },
  },
  tableRows: ({ zone }) => tableOfDumped(zone),
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'List the lines of the zone bob.example.',
      setUp: [{ command: 'adddns', args: { domain: 'bob.example', ip: '192.0.2.1' } }],
    },
  ],

  look: ({ domain }, { machine }) => lookAtZone(machine, readZoneName('domain', domain)),

  async handler({ domain }, { caller, db, reason }, found) {
    const { file } = await owners.open(db, caller, readZoneName('domain', domain), found);
    reason('Zone Serialized');
    return { zone: [{ record: zoneRows(file) }] };
  },
});
