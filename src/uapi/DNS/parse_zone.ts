import { defineUapi } from '../../core/define-uapi.ts';
import { lookAtZone } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { openOwn } from '../../capabilities/dns/rules/account-edits.ts';
import { readZoneName } from '../../capabilities/dns/rules/changed-zone.ts';
import { zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import { PARSED_FORM, parsedRow, parsedRows } from '../../capabilities/dns/rules/zone-views.ts';
import { tableOfParsed } from '../../capabilities/dns/rules/zone-table.ts';

export default defineUapi({
  name: 'DNS::parse_zone',
  since: 96,
  summary: 'List the lines of one of the account’s DNS zones with values in Base64.',
  description: PARSED_FORM,
  effect: 'reads',
  role: 'DNS',
  params: { zone: { ...zoneParam, required: true } },
  returns: { list: parsedRow },
  tableRows: ({ data }) => tableOfParsed(data),
  examples: [{ args: { zone: 'bob.example' }, doc: 'The lines of the zone bob.example.' }],

  look: ({ zone }, { machine }) => lookAtZone(machine, readZoneName('zone', zone)),

  async handler({ zone }, context, looked) {
    const { file } = await openOwn(context, readZoneName('zone', zone), looked);
    return parsedRows(file);
  },
});
