import { editZone } from '../../changes/change-zones.ts';
import { defineFunction } from '../../core/define.ts';
import { lookAtZone } from '../../drivers/zones/look.ts';
import { assertSeen, readZoneName } from '../../model/dns/changed-zone.ts';
import { readOwner } from '../../model/dns/names.ts';
import { classParam, ttlParam, zoneParam } from '../../model/dns/record-form.ts';
import { readParams } from '../../model/dns/record-params.ts';
import { tellReload } from '../../model/dns/reload-text.ts';
import * as owners from '../../model/dns/zone-owners.ts';

export default defineFunction({
  name: 'savemxs',
  since: 28,
  summary: 'Add an MX record to a domain, to say where its mail goes.',
  description: 'Other MX records stay.',
  access: ['edit-mx', 'edit-dns', 'manage-dns-records'],
  effect: 'operates',
  role: 'DNS',
  params: {
    domain: { ...zoneParam, alias: ['zone'], required: true, doc: 'The domain whose zone gets the record.' },
    name: {
      type: 'string',
      required: true,
      maxLength: 255,
      doc: 'The name whose mail it is. Without a dot at its end it is relative to the zone; “@” is the zone itself.',
    },
    exchange: { type: 'string', required: true, maxLength: 255, doc: 'The host that takes the mail.' },
    preference: {
      type: 'integer',
      required: true,
      min: 0,
      max: 65_535,
      doc: 'The preference; the lowest number comes first.',
    },
    class: classParam,
    ttl: { ...ttlParam, default: 14_400 },
    serialnum: {
      type: 'string',
      maxLength: 10,
      doc: 'The serial number of the zone as you saw it; if it has another by now, nothing is changed.',
      extension: true,
    },
  },
  returns: null,
  examples: [
    {
      args: { domain: 'bob.example', name: 'bob.example.', exchange: 'mx.example.net', preference: '10' },
      doc: 'Have mx.example.net take the mail of bob.example as well.',
      setUp: [{ command: 'adddns', args: { domain: 'bob.example', ip: '192.0.2.1' } }],
    },
  ],

  look: ({ domain }, { machine }) => lookAtZone(machine, readZoneName('domain', domain)),

  async handler(args, context, looked) {
    const name = readZoneName('domain', args.domain);
    const { found, file } = await owners.open(context.db, context.caller, name, looked);
    assertSeen('serialnum', args.serialnum, file);
    const { exchange, preference, ttl } = args;
    const items = readParams('MX', { exchange, preference: String(preference) }, file.zone);
    const owner = readOwner('name', args.name, file.zone);
    editZone(context, found, { add: [{ owner, ttl, type: 'MX', items }] });
    tellReload(context, name);
  },
});
