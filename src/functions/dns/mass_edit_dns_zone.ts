import { editZone } from '../../changes/change-zones.ts';
import { defineFunction } from '../../core/define.ts';
import { lookAtZone } from '../../drivers/zones/look.ts';
import { assertSeen, readZoneName } from '../../model/dns/changed-zone.ts';
import { MAX_CHANGES, readChanges } from '../../model/dns/mass-edit.ts';
import { zoneParam } from '../../model/dns/record-form.ts';
import * as owners from '../../model/dns/zone-owners.ts';

export default defineFunction({
  name: 'mass_edit_dns_zone',
  since: 96,
  summary: 'Change many records of a DNS zone at once: add, edit and remove.',
  description:
    'Either all changes are made or none. Line numbers are those of parse_dns_zone, from before the call. Names are ' +
    'relative to the zone unless they end with a dot. The data of an HTTPS or SVCB record is its priority, its target and ' +
    'one value for each parameter, such as alpn="h2,h3". ' +
    `At most ${MAX_CHANGES} changes per call.`,
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'operates',
  role: 'DNS',
  params: {
    zone: { ...zoneParam, required: true },
    serial: {
      type: 'integer',
      required: true,
      min: 0,
      max: 2 ** 32 - 1,
      doc:
        'The zone’s serial number when you last read it. If it has changed since, the call fails and changes ' +
        'nothing.',
    },
    add: {
      type: 'json',
      list: true,
      doc: 'A record to add: {"dname":"www","ttl":3600,"record_type":"A","data":["192.0.2.1"]}. Repeatable.',
    },
    edit: {
      type: 'json',
      list: true,
      doc: 'A record to change: as for “add”, with the line as “line_index”, counted from 0. Repeatable.',
    },
    remove: {
      type: 'integer',
      list: true,
      min: 0,
      doc: 'The line of a record to remove, counted from 0. Repeatable.',
    },
  },
  returns: { new_serial: { type: 'string', doc: 'The new serial number of the zone.' } },
  examples: [
    {
      args: {
        zone: 'bob.example',
        serial: '2026090200',
        add: '{"dname":"shop","ttl":3600,"record_type":"A","data":["192.0.2.7"]}',
        remove: '14',
      },
      doc: 'Add a record and remove another, if the serial number has not changed.',
      fails: 'not_found',
    },
  ],

  look: ({ zone }, { machine }) => lookAtZone(machine, readZoneName('zone', zone)),

  async handler({ zone, serial, add, edit, remove }, context, looked) {
    const name = readZoneName('zone', zone);
    const { found, file } = await owners.open(context.db, context.caller, name, looked);
    assertSeen('serial', serial, file);
    const changes = readChanges({ add, edit, remove }, file.zone);
    return { new_serial: String(editZone(context, found, changes)) };
  },
});
