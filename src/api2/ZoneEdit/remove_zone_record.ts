import { editZone } from '../../capabilities/dns/plans/change-zones.ts';
import { defineApi2 } from '../../core/define-uapi.ts';
import { lookAtZone } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { assertMayChange, EDITOR_RULE, openOwn } from '../../capabilities/dns/rules/account-edits.ts';
import { readZoneName } from '../../capabilities/dns/rules/changed-zone.ts';
import { lineParam, zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import { changed, changeRow } from '../../capabilities/dns/rules/zone-edit-form.ts';

export default defineApi2({
  name: 'ZoneEdit::remove_zone_record',
  since: null,
  summary: 'Remove a record from one of the account’s DNS zones.',
  description: `The lines after it move up. ${EDITOR_RULE}`,
  destructive: 'The record is deleted. To restore it, add it again with ZoneEdit::add_zone_record.',
  effect: 'operates',
  role: 'DNS',
  failureRow: 'result.status result.statusmsg',
  params: {
    domain: { ...zoneParam, required: true },
    line: { ...lineParam, alias: ['Line'], required: true },
  },
  returns: changeRow,
  examples: [{ args: { domain: 'bob.example', line: '19' }, doc: 'Remove the record on line 19.' }],

  look: ({ domain }, { machine }) => lookAtZone(machine, readZoneName('domain', domain)),

  async handler({ domain, line }, context, looked) {
    const name = readZoneName('domain', domain);
    const { found, file } = await openOwn(context, name, looked);
    const changes = { remove: [line] };
    await assertMayChange(context, file, changes);
    return changed(context, name, editZone(context, found, changes));
  },
});
