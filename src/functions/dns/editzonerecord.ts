import { editZone } from '../../capabilities/dns/plans/change-zones.ts';
import { defineFunction } from '../../core/define.ts';
import { lookAtZone } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { assertSeen, readZoneName } from '../../capabilities/dns/rules/changed-zone.ts';
import { editOf } from '../../capabilities/dns/rules/given-records.ts';
import {
  classParam,
  dataParams,
  lineParam,
  soaParams,
  ttlParam,
  zoneParam,
} from '../../capabilities/dns/rules/record-form.ts';
import { tellReload } from '../../capabilities/dns/rules/reload-text.ts';
import * as owners from '../../capabilities/dns/rules/zone-owners.ts';

export default defineFunction({
  name: 'editzonerecord',
  since: 11,
  summary: 'Change a record of a DNS zone.',
  description: 'Omitted parameters keep their values. The line keeps its position and its comment.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'operates',
  role: 'DNS',
  params: {
    domain: { ...zoneParam, alias: ['zone'], required: true },
    line: { ...lineParam, alias: ['Line'], required: true },
    name: {
      type: 'string',
      maxLength: 255,
      doc:
        'The new name of the record. A name without a final dot is relative to the zone, and “@” is the zone ' +
        'itself.',
    },
    type: { type: 'string', maxLength: 10, doc: 'The new type of the record, such as A or TXT.' },
    class: classParam,
    ttl: ttlParam,
    serialnum: {
      type: 'string',
      maxLength: 10,
      doc:
        'The zone’s serial number when you last read it. If it has changed since, the call fails and changes ' +
        'nothing.',
      extension: true,
    },
    ...dataParams,
    ...soaParams,
  },
  returns: null,
  examples: [
    {
      args: { domain: 'bob.example', line: '13', ttl: '300' },
      doc: 'Set the TTL of the record on line 13 to 5 minutes.',
      setUp: [{ command: 'adddns', args: { domain: 'bob.example', ip: '192.0.2.1' } }],
    },
  ],

  look: ({ domain }, { machine }) => lookAtZone(machine, readZoneName('domain', domain)),

  async handler(args, context, looked) {
    const name = readZoneName('domain', args.domain);
    const { found, file } = await owners.open(context.db, context.caller, name, looked);
    assertSeen('serialnum', args.serialnum, file);
    editZone(context, found, { edit: [editOf(file, args.line, args)] });
    tellReload(context, name);
  },
});
