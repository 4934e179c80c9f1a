import { defineApi2 } from '../../core/define-uapi.ts';
import { notFound } from '../../core/errors.ts';
import { lookAtZone } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { openOwn } from '../../capabilities/dns/rules/account-edits.ts';
import { readZoneName } from '../../capabilities/dns/rules/changed-zone.ts';
import { lineParam, zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import { recordRow, recordRows } from '../../capabilities/dns/rules/zone-edit-form.ts';

export default defineApi2({
  name: 'ZoneEdit::get_zone_record',
  since: null,
  summary: 'Show the record on a line of one of the account’s DNS zones.',
  effect: 'reads',
  role: 'DNS',
  params: {
    domain: { ...zoneParam, required: true },
    line: { ...lineParam, alias: ['Line'], required: true },
  },
  returns: recordRow,
  examples: [{ args: { domain: 'bob.example', line: '2' }, doc: 'The second line of the zone bob.example.' }],

  look: ({ domain }, { machine }) => lookAtZone(machine, readZoneName('domain', domain)),

  async handler({ domain, line }, context, looked) {
    const { file } = await openOwn(context, readZoneName('domain', domain), looked);
    const rows = recordRows(file).filter((row) => row.line === line);
    // The wording that clients match.
    if (rows.length === 0) throw notFound('No record available on selected line.');
    return rows;
  },
});
