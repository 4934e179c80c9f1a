import { defineFunction } from '../../core/define.ts';
import { notFound } from '../../core/errors.ts';
import { lookAtZone } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { readZoneName } from '../../capabilities/dns/rules/changed-zone.ts';
import { lineParam, zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import * as owners from '../../capabilities/dns/rules/zone-owners.ts';
import { withNumbers, zoneRow } from '../../capabilities/dns/rules/zone-views.ts';

export default defineFunction({
  name: 'getzonerecord',
  since: 11,
  summary: 'Show the record on a line of a DNS zone.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'reads',
  role: 'DNS',
  params: {
    domain: { ...zoneParam, alias: ['zone'], required: true },
    line: { ...lineParam, required: true, alias: ['Line'] },
  },
  returns: {
    record: { list: { type: 'any', doc: 'The line, as returned by dumpzone, but with numbers as numbers.' } },
  },
  examples: [
    {
      args: { domain: 'bob.example', line: '2' },
      doc: 'Show the second line of the zone bob.example.',
      setUp: [{ command: 'adddns', args: { domain: 'bob.example', ip: '192.0.2.1' } }],
    },
  ],

  look: ({ domain }, { machine }) => lookAtZone(machine, readZoneName('domain', domain)),

  async handler({ domain, line }, { caller, db, reason }, found) {
    const { file } = await owners.open(db, caller, readZoneName('domain', domain), found);
    const row = zoneRow(file, line);
    if (row === undefined) throw notFound('No record available on selected line.');
    reason('Record obtained.');
    return { record: [withNumbers(row)] };
  },
});
