import { defineFunction } from '../../core/define.ts';
import { lookForZones } from '../../capabilities/dns/driver/zones/look-zones.ts';
import * as owners from '../../capabilities/dns/rules/zone-owners.ts';
import * as longLists from '../../ground/rules/long-list.ts';

export default defineFunction({
  name: 'listzones',
  since: 11,
  summary: 'List the DNS zones of the server.',
  description: 'A reseller sees the zones that it or its accounts own.',
  access: ['create-dns', 'edit-dns', 'kill-dns', 'park-dns', 'manage-dns-records'],
  effect: 'reads',
  role: 'DNS',
  params: {},
  returns: {
    zone: {
      list: {
        fields: {
          domain: { type: 'string', doc: 'The name of the zone.' },
          zonefile: { type: 'string', doc: 'The name of its file in WHM’s form.' },
        },
      },
      doc: 'The zones, sorted by name.',
    },
  },
  list: 'zone',
  examples: [{ args: {}, doc: 'List all zones.' }],

  look: (_args, { machine }) => lookForZones(machine),

  async handler(_args, context, names) {
    const usable = await owners.usable(context.db, context.caller, names);
    const recordOf = (domain: string) => ({ domain, zonefile: `${domain}.db` });
    return { zone: longLists.leaveItems(context, usable, recordOf) ? [] : usable.map(recordOf) };
  },
});
