import { defineFunction } from '../../core/define.ts';
import { lookAtZone } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { readZoneName } from '../../capabilities/dns/rules/changed-zone.ts';
import { zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import * as owners from '../../capabilities/dns/rules/zone-owners.ts';
import { withNumbers, zoneRows } from '../../capabilities/dns/rules/zone-views.ts';

export default defineFunction({
  name: 'listmxs',
  since: 11,
  summary: 'List a domain’s MX records, which name its mail servers.',
  access: ['edit-mx', 'edit-dns', 'manage-dns-records'],
  effect: 'reads',
  role: 'DNS',
  params: { domain: { ...zoneParam, alias: ['zone'], required: true, doc: 'The domain.' } },
  returns: {
    record: {
      list: { type: 'any', doc: 'An MX record, as returned by dumpzone, but with numbers as numbers.' },
      doc: 'The records in the order of the zone file.',
    },
  },
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'List the MX records of bob.example.',
      setUp: [{ command: 'adddns', args: { domain: 'bob.example', ip: '192.0.2.1' } }],
    },
  ],

  look: ({ domain }, { machine }) => lookAtZone(machine, readZoneName('domain', domain)),

  async handler({ domain }, { caller, db, reason }, found) {
    const { file } = await owners.open(db, caller, readZoneName('domain', domain), found);
    reason('Records obtained.');
    return {
      record: zoneRows(file)
        .filter(({ type }) => type === 'MX')
        .map(withNumbers),
    };
  },
});
