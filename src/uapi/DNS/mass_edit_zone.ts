import { editZone } from '../../capabilities/dns/plans/change-zones.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { lookAtZone } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { assertMayChange, EDITOR_RULE, openOwn } from '../../capabilities/dns/rules/account-edits.ts';
import { assertSeen, readZoneName } from '../../capabilities/dns/rules/changed-zone.ts';
import { MASS_EDIT_FORM, massEditParams, readChanges } from '../../capabilities/dns/rules/mass-edit.ts';

export default defineUapi({
  name: 'DNS::mass_edit_zone',
  since: 96,
  summary: 'Change many records of one of the account’s DNS zones at once: add, edit and remove.',
  description: `${MASS_EDIT_FORM} ${EDITOR_RULE}`,
  effect: 'operates',
  role: 'DNS',
  params: massEditParams,
  returns: { fields: { new_serial: { type: 'string', doc: 'The new serial number of the zone.' } } },
  examples: [
    {
      args: {
        zone: 'bob.example',
        serial: '2026090200',
        add: '{"dname":"shop","ttl":3600,"record_type":"A","data":["192.0.2.7"]}',
      },
      doc: 'Add a record, if the serial number has not changed.',
      fails: 'bad_param',
    },
  ],

  look: ({ zone }, { machine }) => lookAtZone(machine, readZoneName('zone', zone)),

  async handler({ zone, serial, add, edit, remove }, context, looked) {
    const { found, file } = await openOwn(context, readZoneName('zone', zone), looked);
    assertSeen('serial', serial, file);
    const changes = readChanges({ add, edit, remove }, file.zone);
    await assertMayChange(context, file, changes);
    return { new_serial: String(editZone(context, found, changes)) };
  },
});
