import { changeZones } from '../../capabilities/dns/plans/change-zones.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { lookAtZones } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { assertMayChange, EDITOR_RULE } from '../../capabilities/dns/rules/account-edits.ts';
import { zoneFileOf } from '../../capabilities/dns/rules/changed-zone.ts';
import { zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import { assertSome, namesOf, openSeveral } from '../../capabilities/dns/rules/several-zones.ts';
import { nextZone } from '../../capabilities/dns/rules/site-addresses.ts';
import { swapAddresses, swapRow } from '../../capabilities/dns/rules/swapped-addresses.ts';

const ipv4 = {
  type: 'string',
  pattern: {
    matches: /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/,
    expects: 'an IPv4 address such as 192.0.2.7',
  },
} as const;

export default defineUapi({
  name: 'DNS::swap_ip_in_zones',
  since: 96,
  summary: 'Replace an IPv4 address in the A records of the account’s DNS zones.',
  description: `Either all zones are changed or none. ${EDITOR_RULE}`,
  effect: 'operates',
  role: 'DNS',
  params: {
    domain: { ...zoneParam, required: true, list: true, doc: 'The domain of a zone. Repeatable.' },
    dest_ip: { ...ipv4, required: true, doc: 'The new address.' },
    source_ip: {
      ...ipv4,
      doc:
        'The address to replace. Default: that of the zone’s own name, otherwise the first one in the zone, but no ' +
        'loopback address.',
    },
    ftp_ip: { ...ipv4, doc: 'The new address of “ftp” in the zone. Default: that of “dest_ip”.' },
  },
  returns: { list: swapRow },
  examples: [
    {
      args: { domain: 'bob.example', dest_ip: '192.0.2.7' },
      doc: 'The address of bob.example becomes 192.0.2.7.',
    },
  ],

  look: ({ domain }, { machine }) => lookAtZones(machine, namesOf(domain)),

  async handler({ domain, dest_ip, source_ip, ftp_ip }, context, looked) {
    const { db, caller, now } = context;
    const { found, failures } = await openSeveral(db, caller, domain, looked);
    if (failures.size > 0) assertSome([...failures.values()], 0);
    const rows = [];
    const changed = [];
    for (const zone of new Set(found.values())) {
      const file = zoneFileOf(zone);
      const swap = { source: source_ip, target: dest_ip, ftpTarget: ftp_ip ?? dest_ip };
      const swapped = swapAddresses(file, swap);
      await assertMayChange(context, file, swapped.changes);
      rows.push(...swapped.rows);
      const next = nextZone(zone, () => swapped.changes, new Date(now()));
      if (next !== undefined) changed.push(next);
    }
    if (changed.length > 0) context.plan(changeZones(changed));
    return rows;
  },
});
