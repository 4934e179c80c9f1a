import { enableSigning } from '../../capabilities/dns/plans/change-zones.ts';
import { defineFunction } from '../../core/define.ts';
import { lookAtSigning } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import { namesOf } from '../../capabilities/dns/rules/several-zones.ts';
import { signingParams } from '../../capabilities/dns/rules/signing-params.ts';

export default defineFunction({
  name: 'enable_dnssec_for_domains',
  since: 86,
  summary: 'Enable DNSSEC for the zones of domains.',
  description:
    'BIND generates the keys, signs each new version of the zone, and replaces zone-signing keys every 90 days. ' +
    'Resolvers validate the zone once its DS record is at the registrar (see fetch_ds_records_for_domains). If a ' +
    'zone cannot be signed, “enabled” is 0 and “error” is the reason. The other zones are still signed.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'operates',
  role: 'DNS',
  params: {
    domain: {
      ...zoneParam,
      required: true,
      list: true,
      doc: 'A domain that has a zone on this server. Repeatable.',
    },
    ...signingParams,
  },
  emptyIsOmitted: true,
  returns: {
    domains: {
      list: {
        fields: {
          domain: { type: 'string', doc: 'The domain.' },
          enabled: { type: 'flag', doc: '1 if its zone is signed.' },
          new_key_id: {
            type: 'string',
            optional: true,
            doc: 'The tag of the key for the DS record. Absent if BIND has not generated it yet, as in a dry run.',
          },
          nsec_version: { type: 'string', optional: true, doc: 'NSEC or NSEC3.' },
          nsec_error: {
            type: 'string',
            doc: 'Why the zone has no NSEC or NSEC3 records. Empty if it has them.',
          },
          error: { type: 'string', optional: true, doc: 'Why the zone is not signed.', extension: true },
        },
      },
      doc: 'The domains in the order of the call.',
    },
  },
  list: 'domains',
  examples: [
    {
      args: { domain: 'bob.example', algo_num: '13' },
      doc: 'Sign the zone of bob.example with ECDSA.',
      setUp: [{ command: 'adddns', args: { domain: 'bob.example', ip: '192.0.2.1' } }],
    },
  ],

  look: ({ domain }, { machine }) => lookAtSigning(machine, namesOf(domain)),

  handler: (args, context, looked) => enableSigning(context, args, looked, (domains) => ({ domains })),
});
