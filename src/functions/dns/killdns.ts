import { changeZones } from '../../capabilities/dns/plans/change-zones.ts';
import { defineFunction } from '../../core/define.ts';
import { notFound } from '../../core/errors.ts';
import { lookAtZone } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { readZoneName } from '../../capabilities/dns/rules/changed-zone.ts';
import { zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import * as owners from '../../capabilities/dns/rules/zone-owners.ts';

export default defineFunction({
  name: 'killdns',
  since: 11,
  summary: 'Remove the DNS zone of a domain.',
  description: 'Accounts and their files are not changed.',
  destructive:
    'All records of the zone are deleted, and the domain no longer resolves. To keep a copy, run export_zone_files ' +
    'first.',
  access: ['kill-dns'],
  effect: 'operates',
  role: 'DNS',
  params: { domain: { ...zoneParam, alias: ['zone'], required: true } },
  returns: null,
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'Remove the zone of bob.example.',
      setUp: [{ command: 'adddns', args: { domain: 'bob.example', ip: '192.0.2.1' } }],
    },
  ],

  look: ({ domain }, { machine }) => lookAtZone(machine, readZoneName('domain', domain)),

  async handler({ domain }, { caller, db, plan, reason, raw, system }, found) {
    const name = readZoneName('domain', domain);
    if (!(await owners.mayUse(db, caller, name))) throw owners.noAccess(name);
    if (found === undefined) throw notFound('Unable to remove zone that does not exist.');
    plan(changeZones([{ name, before: found.digest, after: null }]));
    reason('Zones Removed');
    raw(`${name} => deleted from ${system.hostname()}. `);
  },
});
