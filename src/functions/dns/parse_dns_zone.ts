import { defineFunction } from '../../core/define.ts';
import { lookAtZone } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { readZoneName } from '../../capabilities/dns/rules/changed-zone.ts';
import { zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import * as owners from '../../capabilities/dns/rules/zone-owners.ts';
import { PARSED_FORM, parsedRow, parsedRows } from '../../capabilities/dns/rules/zone-views.ts';
import { tableOfParsed } from '../../capabilities/dns/rules/zone-table.ts';

export default defineFunction({
  name: 'parse_dns_zone',
  since: 96,
  summary: 'List the lines of a DNS zone with values in Base64.',
  description: PARSED_FORM,
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'reads',
  role: 'DNS',
  params: { zone: { ...zoneParam, alias: ['domain'], required: true } },
  returns: {
    payload: {
      list: parsedRow,
      doc: 'The lines. A record that spans several lines is one entry.',
    },
  },
  list: 'payload',
  tableRows: ({ payload }) => tableOfParsed(payload),
  examples: [
    {
      args: { zone: 'bob.example' },
      doc: 'List the lines of the zone bob.example.',
      setUp: [{ command: 'adddns', args: { domain: 'bob.example', ip: '192.0.2.1' } }],
    },
  ],

  look: ({ zone }, { machine }) => lookAtZone(machine, readZoneName('zone', zone)),

  async handler({ zone }, { caller, db }, found) {
    const { file } = await owners.open(db, caller, readZoneName('zone', zone), found);
    return { payload: parsedRows(file) };
  },
});
