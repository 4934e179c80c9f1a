import { defineFunction } from '../../core/define.ts';
import { lookAtZone } from '../../drivers/zones/look.ts';
import { readZoneName } from '../../model/dns/changed-zone.ts';
import { zoneParam } from '../../model/dns/record-form.ts';
import * as owners from '../../model/dns/zone-owners.ts';
import { parsedRows } from '../../model/dns/zone-views.ts';

export default defineFunction({
  name: 'parse_dns_zone',
  since: 96,
  summary: 'List the lines of a DNS zone with values in Base64.',
  description:
    'Values are in Base64 because zones can contain arbitrary bytes. Lines that cannot be parsed are returned as ' +
    'comments. “line_index” counts from 0.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'reads',
  role: 'DNS',
  params: { zone: { ...zoneParam, alias: ['domain'], required: true } },
  returns: {
    payload: {
      list: {
        fields: {
          line_index: { type: 'integer', doc: 'Its first line, counted from 0.' },
          type: { type: 'string', doc: '“record”, “comment” or “control” (a directive).' },
          dname_b64: { type: 'string', optional: true, doc: 'The name of a record.' },
          record_type: { type: 'string', optional: true, doc: 'The type of a record.' },
          ttl: { type: 'integer', optional: true, doc: 'The TTL of a record in seconds.' },
          data_b64: {
            list: { type: 'string', doc: 'One value.' },
            optional: true,
            doc: 'The data of a record.',
          },
          text_b64: { type: 'string', optional: true, doc: 'The text of a comment or directive.' },
        },
      },
      doc: 'The lines. A record that spans several lines is one entry.',
    },
  },
  list: 'payload',
  examples: [
    {
      args: { zone: 'bob.example' },
      doc: 'List the lines of the zone bob.example.',
      setUp: [{ command: 'adddns', args: { domain: 'bob.example', ip: '192.0.2.1' } }],
    },
  ],

  look: ({ zone }, { machine }) => lookAtZone(machine, readZoneName('zone', zone)),

  async handler({ zone }, { caller, db }, found) {
    const { file } = await owners.open(db, caller, readZoneName('zone', zone), found);
    return { payload: parsedRows(file) };
  },
});
