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
  summary: 'Change many records of a DNS zone at once: add, edit and remove, all or none.',
  description:
    'Lines are those of parse_dns_zone, before any of the changes. Names are relative to the zone unless they end with a dot. ' +
    `One call can have ${MAX_CHANGES} changes.`,
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
      doc: 'The serial number of the zone as you saw it; if it has another by now, nothing is changed.',
    },
    add: {
      type: 'json',
      list: true,
      doc: 'A new record: {"dname":"www","ttl":3600,"record_type":"A","data":["192.0.2.1"]}. Repeatable.',
    },
    edit: {
      type: 'json',
      list: true,
      doc: 'A changed record: as for “add”, with “line_index”, the line counted from 0. Repeatable.',
    },
    remove: { type: 'integer', list: true, min: 0, doc: 'A line to remove, counted from 0. Repeatable.' },
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
      doc: 'Add a record and remove another, if the zone still has that serial number.',
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
