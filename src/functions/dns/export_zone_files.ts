import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { lookAtZones } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { readZoneName } from '../../capabilities/dns/rules/changed-zone.ts';
import { base64Of, octetsOf } from '../../capabilities/dns/rules/octets.ts';
import { zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import * as owners from '../../capabilities/dns/rules/zone-owners.ts';

/** Per call, because each one is a whole file. */
const MAX_ZONES = 100;

export default defineFunction({
  name: 'export_zone_files',
  since: 96,
  summary: 'Export the files of DNS zones unchanged.',
  description: `At most ${MAX_ZONES} zones per call.`,
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'reads',
  role: 'DNS',
  params: {
    zone: {
      ...zoneParam,
      alias: ['domain'],
      required: true,
      list: true,
      doc: 'The name of a zone. Repeatable.',
    },
  },
  returns: {
    payload: {
      list: {
        fields: {
          zone: { type: 'string', doc: 'The zone.' },
          text_b64: { type: 'string', doc: 'Its file (RFC 1035, section 5), in Base64.' },
        },
      },
      doc: 'The zones in the order of the call.',
    },
  },
  list: 'payload',
  examples: [
    {
      args: { zone: 'bob.example' },
      doc: 'Export the zone file of bob.example.',
      setUp: [{ command: 'adddns', args: { domain: 'bob.example', ip: '192.0.2.1' } }],
    },
  ],

  look: ({ zone }, { machine }) => lookAtZones(machine, namesOf(zone)),

  async handler({ zone }, { caller, db }, looked) {
    const payload = [];
    for (const name of namesOf(zone)) {
      const { found } = await owners.open(db, caller, name, looked.get(name));
      payload.push({ zone: name, text_b64: base64Of(octetsOf(found.text)) });
    }
    return { payload };
  },
});

function namesOf(zones: readonly string[]): string[] {
  if (zones.length > MAX_ZONES) {
    throw badParam(
      `Too many zones: a call accepts at most ${MAX_ZONES}, not ${zones.length}. Split them into ` +
        `several calls.`,
    );
  }
  return [...new Set(zones.map((zone) => readZoneName('zone', zone)))];
}
