import { editZone } from '../../capabilities/dns/plans/change-zones.ts';
import { defineFunction } from '../../core/define.ts';
import { lookAtZone } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { assertSeen, readZoneName } from '../../capabilities/dns/rules/changed-zone.ts';
import { MASS_EDIT_FORM, massEditParams, readChanges } from '../../capabilities/dns/rules/mass-edit.ts';
import * as owners from '../../capabilities/dns/rules/zone-owners.ts';

export default defineFunction({
  name: 'mass_edit_dns_zone',
  since: 96,
  summary: 'Change many records of a DNS zone at once: add, edit and remove.',
  description: MASS_EDIT_FORM,
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'operates',
  role: 'DNS',
  params: massEditParams,
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
