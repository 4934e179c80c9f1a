import { defineApi2 } from '../../core/define-uapi.ts';
import { lookAtTemplates, lookAtZone } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { ACCOUNT_TEMPLATES } from '../../capabilities/dns/rules/account-zone.ts';
import { openOwn } from '../../capabilities/dns/rules/account-edits.ts';
import { readZoneName } from '../../capabilities/dns/rules/changed-zone.ts';
import { customLines, generatedRecords } from '../../capabilities/dns/rules/generated-records.ts';
import { zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import {
  filterParams,
  filterRows,
  recordRow,
  recordRows,
} from '../../capabilities/dns/rules/zone-edit-form.ts';

export default defineApi2({
  name: 'ZoneEdit::fetchzone_records',
  since: null,
  summary: 'List the records of one of the account’s DNS zones.',
  description: 'Each of the filters leaves out the lines that do not fit. “line” counts from 1.',
  effect: 'reads',
  role: 'DNS',
  emptyIsOmitted: true,
  params: { domain: { ...zoneParam, required: true }, ...filterParams },
  returns: recordRow,
  examples: [
    { args: { domain: 'bob.example', type: 'A' }, doc: 'The A records of bob.example.' },
    { args: { domain: 'bob.example', customonly: '1' }, doc: 'What somebody has added or changed.' },
  ],

  async look({ domain, customonly }, { machine }) {
    return {
      zone: await lookAtZone(machine, readZoneName('domain', domain)),
      templates: customonly ? await lookAtTemplates(machine, ACCOUNT_TEMPLATES) : undefined,
    };
  },

  async handler({ domain, ...filter }, context, { zone, templates }) {
    const name = readZoneName('domain', domain);
    const { file } = await openOwn(context, name, zone);
    const rows = filterRows(recordRows(file), filter);
    if (templates === undefined) return rows;
    const lines = customLines(file, await generatedRecords(context, name, templates));
    return rows.filter(({ line }) => lines.has(line));
  },
});
