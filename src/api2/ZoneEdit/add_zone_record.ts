import { editZone } from '../../capabilities/dns/plans/change-zones.ts';
import { defineApi2 } from '../../core/define-uapi.ts';
import { lookAtZone } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { assertMayChange, EDITOR_RULE, openOwn } from '../../capabilities/dns/rules/account-edits.ts';
import { readZoneName } from '../../capabilities/dns/rules/changed-zone.ts';
import { newRecord } from '../../capabilities/dns/rules/given-records.ts';
import { classParam, dataParams, ttlParam, zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import { changed, changeRow, recordParams } from '../../capabilities/dns/rules/zone-edit-form.ts';

export default defineApi2({
  name: 'ZoneEdit::add_zone_record',
  since: null,
  summary: 'Add a record to one of the account’s DNS zones.',
  description: `The record is added at the end of the zone, and the zone gets a higher serial number. ${EDITOR_RULE}`,
  effect: 'operates',
  role: 'DNS',
  failureRow: 'result.status result.statusmsg',
  emptyIsOmitted: true,
  params: {
    domain: { ...zoneParam, required: true },
    name: {
      type: 'string',
      required: true,
      maxLength: 255,
      doc: 'The name of the record. A name without a final dot is relative to the zone, and “@” is the zone itself.',
    },
    type: { type: 'string', required: true, maxLength: 10, doc: 'The type of the record, such as A or TXT.' },
    class: classParam,
    ttl: { ...ttlParam, default: 14_400 },
    ...recordParams,
    flatten: dataParams.flatten,
    flatten_to: dataParams.flatten_to,
  },
  returns: changeRow,
  examples: [
    {
      args: { domain: 'bob.example', name: 'shop', type: 'A', address: '192.0.2.7', ttl: '3600' },
      doc: 'Give shop.bob.example the address 192.0.2.7.',
    },
  ],

  look: ({ domain }, { machine }) => lookAtZone(machine, readZoneName('domain', domain)),

  async handler(args, context, looked) {
    const name = readZoneName('domain', args.domain);
    const { found, file } = await openOwn(context, name, looked);
    const changes = { add: [newRecord(file, args)] };
    await assertMayChange(context, file, changes);
    return changed(context, name, editZone(context, found, changes));
  },
});
