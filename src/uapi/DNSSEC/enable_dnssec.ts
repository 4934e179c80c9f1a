import { enableSigning } from '../../capabilities/dns/plans/change-zones.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { lookAtSigning } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import { namesOf } from '../../capabilities/dns/rules/several-zones.ts';
import { signingParams } from '../../capabilities/dns/rules/signing-params.ts';

export default defineUapi({
  name: 'DNSSEC::enable_dnssec',
  since: 60,
  summary: 'Enable DNSSEC for zones of the account.',
  description:
    'BIND generates the keys, signs each new version of the zone, and replaces zone-signing keys every 90 days. ' +
    'Resolvers validate the zone once its DS record is at the registrar (see DNSSEC::fetch_ds_records).',
  effect: 'operates',
  role: 'DNS',
  feature: 'dnssec',
  params: {
    domain: { ...zoneParam, required: true, list: true, doc: 'A domain of the account. Repeatable.' },
    ...signingParams,
  },
  emptyIsOmitted: true,
  returns: {
    fields: {
      enabled: {
        map: {
          fields: {
            enabled: { type: 'flag', doc: '1 if the zone is signed.' },
            new_key_id: {
              type: 'integer',
              optional: true,
              doc: 'The tag of the key for the DS record. Absent if BIND has not generated it yet, as in a dry run.',
            },
            nsec_version: { type: 'string', optional: true, doc: 'NSEC or NSEC3.' },
            error: { type: 'string', optional: true, doc: 'Why the zone is not signed.', extension: true },
          },
        },
        keys: 'DOMAIN',
        doc: 'The domains of the call.',
      },
    },
  },
  examples: [{ args: { domain: 'bob.example', algo_num: '13' }, doc: 'Sign the zone with ECDSA.' }],

  look: ({ domain }, { machine }) => lookAtSigning(machine, namesOf(domain)),

  handler: (args, context, looked) =>
    enableSigning(context, args, looked, (rows) => ({
      enabled: Object.fromEntries(
        rows.map(({ domain, enabled, new_key_id: key, nsec_version: nsec, error }) => [
          domain,
          {
            enabled,
            ...(key === undefined ? {} : { new_key_id: Number(key) }),
            ...(nsec === undefined ? {} : { nsec_version: nsec }),
            ...(error === undefined ? {} : { error }),
          },
        ]),
      ),
    })),
});
