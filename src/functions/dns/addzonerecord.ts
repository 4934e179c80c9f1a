import { editZone } from '../../changes/change-zones.ts';
import { defineFunction } from '../../core/define.ts';
import { lookAtZone } from '../../drivers/zones/look.ts';
import { assertSeen, readZoneName } from '../../model/dns/changed-zone.ts';
import { readOwner } from '../../model/dns/names.ts';
import { classParam, dataParams, ttlParam, zoneParam } from '../../model/dns/record-form.ts';
import { readParams, readType } from '../../model/dns/record-params.ts';
import { tellReload } from '../../model/dns/reload-text.ts';
import * as owners from '../../model/dns/zone-owners.ts';

export default defineFunction({
  name: 'addzonerecord',
  since: 11,
  summary: 'Add a record to a DNS zone.',
  description: 'The record comes to the end of the zone, which gets a newer serial number.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'operates',
  role: 'DNS',
  params: {
    domain: { ...zoneParam, alias: ['zone'], required: true },
    name: {
      type: 'string',
      required: true,
      maxLength: 255,
      doc: 'The name of the record. Without a dot at its end it is relative to the zone; “@” is the zone itself.',
    },
    type: { type: 'string', required: true, maxLength: 10, doc: 'The type of the record, such as A or TXT.' },
    class: classParam,
    ttl: { ...ttlParam, default: 86_400 },
    serialnum: {
      type: 'string',
      maxLength: 10,
      doc: 'The serial number of the zone as you saw it; if it has another by now, nothing is changed.',
      extension: true,
    },
    ...dataParams,
  },
  returns: null,
  examples: [
    {
      args: { domain: 'bob.example', name: 'shop', type: 'A', address: '192.0.2.7', ttl: '3600' },
      doc: 'Let shop.bob.example have the address 192.0.2.7.',
      setUp: [{ command: 'adddns', args: { domain: 'bob.example', ip: '192.0.2.1' } }],
    },
  ],

  look: ({ domain }, { machine }) => lookAtZone(machine, readZoneName('domain', domain)),

  async handler(args, context, looked) {
    const name = readZoneName('domain', args.domain);
    const { found, file } = await owners.open(context.db, context.caller, name, looked);
    assertSeen('serialnum', args.serialnum, file);
    const type = readType('type', args.type);
    const record = {
      owner: readOwner('name', args.name, file.zone),
      ttl: args.ttl,
      type,
      items: readParams(type, args as never, file.zone),
    };
    editZone(context, found, { add: [record] });
    tellReload(context, name);
  },
});
