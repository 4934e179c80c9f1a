import { editZone } from '../../capabilities/dns/plans/change-zones.ts';
import { defineFunction } from '../../core/define.ts';
import { lookAtZone } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { assertSeen, readZoneName } from '../../capabilities/dns/rules/changed-zone.ts';
import { lineParam, zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import { tellReload } from '../../capabilities/dns/rules/reload-text.ts';
import * as owners from '../../capabilities/dns/rules/zone-owners.ts';

export default defineFunction({
  name: 'removezonerecord',
  since: 11,
  summary: 'Remove a record from a DNS zone.',
  description: 'The lines after it move up.',
  destructive: 'The record is deleted. To restore it, add it again with addzonerecord.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'operates',
  role: 'DNS',
  params: {
    zone: { ...zoneParam, alias: ['domain'], required: true },
    line: { ...lineParam, alias: ['Line'], required: true },
    serialnum: {
      type: 'string',
      maxLength: 10,
      doc:
        'The zone’s serial number when you last read it. If it has changed since, the call fails and changes ' +
        'nothing.',
    },
  },
  returns: null,
  examples: [
    {
      args: { zone: 'bob.example', line: '13' },
      doc: 'Remove the record on line 13.',
      setUp: [{ command: 'adddns', args: { domain: 'bob.example', ip: '192.0.2.1' } }],
    },
  ],

  look: ({ zone }, { machine }) => lookAtZone(machine, readZoneName('zone', zone)),

  async handler(args, context, looked) {
    const name = readZoneName('zone', args.zone);
    const { found, file } = await owners.open(context.db, context.caller, name, looked);
    assertSeen('serialnum', args.serialnum, file);
    editZone(context, found, { remove: [args.line] });
    tellReload(context, name);
  },
});
