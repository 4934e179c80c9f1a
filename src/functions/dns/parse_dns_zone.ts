import { defineFunction } from '../../core/define.ts';
import { lookAtZone } from '../../drivers/zones/look.ts';
import { readZoneName } from '../../model/dns/changed-zone.ts';
import { zoneParam } from '../../model/dns/record-form.ts';
import * as owners from '../../model/dns/zone-owners.ts';
import { parsedRows } from '../../model/dns/zone-views.ts';

export default defineFunction({
  name: 'parse_dns_zone',
  since: 96,
  summary: 'List the lines of a DNS zone, with values in Base64.',
  description:
    'Values are in Base64 because zones can have any bytes. A line that is not read is a comment. “line_index” counts from 0.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'reads',
  role: 'DNS',
  params: { zone: { ...zoneParam, alias: ['domain'], required: true } },
  returns: {
    payload: {
      list: {
        fields: {
          line_index: { type: 'integer', doc: 'The line on which it begins, counted from 0.' },
          type: { type: 'string', doc: '“record”, “comment” or “control” (a directive).' },
          dname_b64: { type: 'string', optional: true, doc: 'The name of a record.' },
          record_type: { type: 'string', optional: true, doc: 'The type of a record.' },
          ttl: { type: 'integer', optional: true, doc: 'How many seconds others may keep a record.' },
          data_b64: {
            list: { type: 'string', doc: 'One value.' },
            optional: true,
            doc: 'The data of a record.',
          },
          text_b64: { type: 'string', optional: true, doc: 'A comment or a directive.' },
        },
      },
      doc: 'The lines. A record over several lines is one of them.',
    },
  },
  list: 'payload',
  examples: [
    {
      args: { zone: 'bob.example' },
      doc: 'The zone of bob.example.',
      setUp: [{ command: 'adddns', args: { domain: 'bob.example', ip: '192.0.2.1' } }],
    },
  ],

  look: ({ zone }, { machine }) => lookAtZone(machine, readZoneName('zone', zone)),

  async handler({ zone }, { caller, db }, found) {
    const { file } = await owners.open(db, caller, readZoneName('zone', zone), found);
    return { payload: parsedRows(file) };
  },
});
