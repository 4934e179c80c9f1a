import { editZone } from '../../capabilities/dns/plans/change-zones.ts';
import { defineFunction } from '../../core/define.ts';
import { lookAtZone } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { assertSeen, readZoneName } from '../../capabilities/dns/rules/changed-zone.ts';
import { readOwner } from '../../capabilities/dns/rules/names.ts';
import { classParam, ttlParam, zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import { readParams } from '../../capabilities/dns/rules/record-params.ts';
import { tellReload } from '../../capabilities/dns/rules/reload-text.ts';
import * as owners from '../../capabilities/dns/rules/zone-owners.ts';

export default defineFunction({
  name: 'savemxs',
  since: 28,
  summary: 'Add an MX record to a domain.',
  description: 'The domain’s other MX records are kept.',
  access: ['edit-mx', 'edit-dns', 'manage-dns-records'],
  effect: 'operates',
  role: 'DNS',
  params: {
    domain: { ...zoneParam, alias: ['zone'], required: true, doc: 'The domain whose zone gets the record.' },
    name: {
      type: 'string',
      required: true,
      maxLength: 255,
      doc: 'The name of the record. A name without a final dot is relative to the zone, and “@” is the zone itself.',
    },
    exchange: { type: 'string', required: true, maxLength: 255, doc: 'The mail server’s hostname.' },
    preference: {
      type: 'integer',
      required: true,
      min: 0,
      max: 65_535,
      doc: 'The preference. Servers with lower numbers are tried first.',
    },
    class: classParam,
    ttl: { ...ttlParam, default: 14_400 },
    serialnum: {
      type: 'string',
      maxLength: 10,
      doc:
        'The zone’s serial number when you last read it. If it has changed since, the call fails and changes ' +
        'nothing.',
      extension: true,
    },
  },
  returns: null,
  examples: [
    {
      args: { domain: 'bob.example', name: 'bob.example.', exchange: 'mx.example.net', preference: '10' },
      doc: 'Add the mail server mx.example.net to bob.example.',
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
