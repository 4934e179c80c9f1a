import { editZone } from '../../capabilities/dns/plans/change-zones.ts';
import { defineFunction } from '../../core/define.ts';
import { lookAtZone } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { assertSeen, readZoneName } from '../../capabilities/dns/rules/changed-zone.ts';
import { newRecord } from '../../capabilities/dns/rules/given-records.ts';
import { classParam, dataParams, ttlParam, zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import { tellReload } from '../../capabilities/dns/rules/reload-text.ts';
import * as owners from '../../capabilities/dns/rules/zone-owners.ts';

export default defineFunction({
  name: 'addzonerecord',
  since: 11,
  summary: 'Add a record to a DNS zone.',
  description: 'The record is added at the end of the zone, and the zone gets a higher serial number.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'operates',
  role: 'DNS',
  params: {
    domain: { ...zoneParam, alias: ['zone'], required: true },
    name: {
      type: 'string',
      required: true,
      maxLength: 255,
      doc: 'The name of the record. A name without a final dot is relative to the zone, and “@” is the zone itself.',
    },
    type: { type: 'string', required: true, maxLength: 10, doc: 'The type of the record, such as A or TXT.' },
    class: classParam,
    ttl: { ...ttlParam, default: 86_400 },
    serialnum: {
      type: 'string',
      maxLength: 10,
      doc:
        'The zone’s serial number when you last read it. If it has changed since, the call fails and changes ' +
        'nothing.',
      extension: true,
    },
    ...dataParams,
  },
  returns: null,
  examples: [
    {
      args: { domain: 'bob.example', name: 'shop', type: 'A', address: '192.0.2.7', ttl: '3600' },
      doc: 'Give shop.bob.example the address 192.0.2.7.',
      setUp: [{ command: 'adddns', args: { domain: 'bob.example', ip: '192.0.2.1' } }],
    },
  ],

  look: ({ domain }, { machine }) => lookAtZone(machine, readZoneName('domain', domain)),

  async handler(args, context, looked) {
    const name = readZoneName('domain', args.domain);
    const { found, file } = await owners.open(context.db, context.caller, name, looked);
    assertSeen('serialnum', args.serialnum, file);
    editZone(context, found, { add: [newRecord(file, args)] });
    tellReload(context, name);
  },
});
