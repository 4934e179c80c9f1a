import { defineApi2 } from '../../core/define-uapi.ts';
import { lookAtTemplates, lookAtZone } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { ACCOUNT_TEMPLATES } from '../../capabilities/dns/rules/account-zone.ts';
import { openOwn } from '../../capabilities/dns/rules/account-edits.ts';
import { readZoneName, serialOf } from '../../capabilities/dns/rules/changed-zone.ts';
import { customLines, generatedRecords } from '../../capabilities/dns/rules/generated-records.ts';
import { zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import {
  filterParams,
  filterRows,
  recordRow,
  recordRows,
} from '../../capabilities/dns/rules/zone-edit-form.ts';

export default defineApi2({
  name: 'ZoneEdit::fetchzone',
  since: null,
  summary: 'Show one of the account’s DNS zones: its serial number and its lines.',
  description: 'Each of the filters leaves out the lines that do not fit. “line” counts from 1.',
  effect: 'reads',
  role: 'DNS',
  failureRow: 'status statusmsg',
  emptyIsOmitted: true,
  params: { domain: { ...zoneParam, required: true }, ...filterParams },
  returns: {
    fields: {
      serialnum: { type: 'string', doc: 'The serial number of the zone.' },
      record: { list: recordRow, doc: 'The lines.' },
      status: { type: 'flag', doc: '1 for a zone that was read.' },
      statusmsg: { type: 'string', doc: 'What happened.' },
    },
  },
  examples: [{ args: { domain: 'bob.example' }, doc: 'The zone bob.example.' }],

  async look({ domain, customonly }, { machine }) {
    return {
      zone: await lookAtZone(machine, readZoneName('domain', domain)),
      templates: customonly ? await lookAtTemplates(machine, ACCOUNT_TEMPLATES) : undefined,
    };
  },

  async handler({ domain, ...filter }, context, { zone, templates }) {
    const name = readZoneName('domain', domain);
    const { file } = await openOwn(context, name, zone);
    const lines =
      templates === undefined
        ? undefined
        : customLines(file, await generatedRecords(context, name, templates));
    const rows = filterRows(recordRows(file), filter).filter(({ line }) => lines?.has(line) ?? true);
    const serialnum = String(serialOf(file) ?? '');
    return [{ serialnum, record: rows, status: 1, statusmsg: 'Zone Serialized' }];
  },
});
