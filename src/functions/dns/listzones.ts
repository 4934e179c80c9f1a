import { defineFunction } from '../../core/define.ts';
import { lookForZones } from '../../drivers/zones/look.ts';
import * as owners from '../../model/dns/zone-owners.ts';

export default defineFunction({
  name: 'listzones',
  since: 11,
  summary: 'List the DNS zones of the server.',
  description: 'A reseller sees the zones that it or its accounts own.',
  access: ['create-dns', 'edit-dns', 'kill-dns', 'park-dns', 'manage-dns-records'],
  effect: 'reads',
  needsSameFiles: true,
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

  async handler(_args, { caller, db }, names) {
    const usable = await owners.usable(db, caller, names);
    return { zone: usable.map((domain) => ({ domain, zonefile: `${domain}.db` })) };
  },
});
