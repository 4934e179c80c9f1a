import { editZone } from '../../capabilities/dns/plans/change-zones.ts';
import { defineApi2 } from '../../core/define-uapi.ts';
import { lookAtZone } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { assertMayChange, EDITOR_RULE, openOwn } from '../../capabilities/dns/rules/account-edits.ts';
import { readZoneName } from '../../capabilities/dns/rules/changed-zone.ts';
import { editOf } from '../../capabilities/dns/rules/given-records.ts';
import { classParam, lineParam, ttlParam, zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import { changed, changeRow, recordParams } from '../../capabilities/dns/rules/zone-edit-form.ts';

export default defineApi2({
  name: 'ZoneEdit::edit_zone_record',
  since: null,
  summary: 'Change a record of one of the account’s DNS zones.',
  description: `Omitted parameters keep their values. ${EDITOR_RULE}`,
  effect: 'operates',
  role: 'DNS',
  failureRow: 'result.status result.statusmsg',
  emptyIsOmitted: true,
  params: {
    domain: { ...zoneParam, required: true },
    Line: { ...lineParam, alias: ['line'], required: true },
    name: {
      type: 'string',
      maxLength: 255,
      doc: 'The new name of the record. A name without a final dot is relative to the zone.',
    },
    type: { type: 'string', maxLength: 10, doc: 'The new type of the record, such as A or TXT.' },
    class: classParam,
    ttl: ttlParam,
    ...recordParams,
  },
  returns: changeRow,
  examples: [
    {
      args: { domain: 'bob.example', Line: '19', ttl: '300' },
      doc: 'Set the TTL of the record on line 19 to 5 minutes.',
    },
  ],

  look: ({ domain }, { machine }) => lookAtZone(machine, readZoneName('domain', domain)),

  async handler(args, context, looked) {
    const name = readZoneName('domain', args.domain);
    const { found, file } = await openOwn(context, name, looked);
    const changes = { edit: [editOf(file, args.Line, args)] };
    await assertMayChange(context, file, changes);
    return changed(context, name, editZone(context, found, changes));
  },
});
