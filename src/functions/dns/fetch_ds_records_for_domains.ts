import { defineFunction } from '../../core/define.ts';
import { lookAtSigning } from '../../drivers/zones/look.ts';
import { describeKey, describeNsec } from '../../model/dns/ds-records.ts';
import { zoneParam } from '../../model/dns/record-form.ts';
import { assertSome, namesOf, openSeveral } from '../../model/dns/several-zones.ts';

export default defineFunction({
  name: 'fetch_ds_records_for_domains',
  since: 86,
  summary: 'Show the DNSSEC keys of domains, with the digests for the DS records at the registrar.',
  description:
    'A DS record has the tag of the key, its algorithm, and one of its digests with the type of it. Only keys of the types KSK ' +
    'and CSK have digests. Private keys are not shown.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'reads',
  role: 'DNS',
  params: {
    domain: { ...zoneParam, required: true, list: true, doc: 'A domain that is a zone. Repeatable.' },
  },
  returns: {
    domains: {
      list: {
        fields: {
          domain: { type: 'string', doc: 'The domain.' },
          ds_records: {
            fields: {
              keys: {
                map: {
                  fields: {
                    active: { type: 'flag', doc: '1 if BIND signs with it.' },
                    algo_desc: { type: 'string', doc: 'The algorithm in words, such as RSA/SHA-256.' },
                    algo_num: { type: 'integer', doc: 'The algorithm by its number, such as 8.' },
                    algo_tag: { type: 'string', doc: 'The algorithm by its mnemonic, such as RSASHA256.' },
                    bits: { type: 'integer', doc: 'The length of the key.' },
                    created: { type: 'integer', doc: 'When BIND made it: seconds since 1970-01-01.' },
                    digests: {
                      list: {
                        fields: {
                          algo_desc: { type: 'string', doc: 'The type in words, such as SHA-256.' },
                          algo_num: { type: 'integer', doc: 'The type by its number, such as 2.' },
                          digest: { type: 'string', doc: 'The digest in hexadecimal.' },
                        },
                      },
                      doc: 'What the DS record can have.',
                    },
                    flags: { type: 'integer', doc: '257 for a key that the DS record names, otherwise 256.' },
                    key_id: { type: 'integer', doc: 'The tag of the key.' },
                    key_tag: { type: 'integer', doc: 'The tag of the key.' },
                    key_type: { type: 'string', doc: 'KSK, ZSK, or CSK for one key that is both.' },
                  },
                },
                keys: 'KEY_ID',
                doc: 'The keys; empty for a zone that is not signed.',
              },
              nsec_details: {
                fields: {
                  nsec_version: { type: 'string', doc: 'NSEC or NSEC3.' },
                  nsec3_hash_algo_desc: { type: 'string', optional: true, doc: 'SHA-1, the only one.' },
                  nsec3_hash_algo_num: { type: 'integer', optional: true, doc: '1.' },
                  nsec3_iterations: { type: 'integer', optional: true, doc: '0.' },
                  nsec3_narrow: {
                    type: 'flag',
                    optional: true,
                    doc: '0: the records are made when BIND signs.',
                  },
                  nsec3_opt_out: { type: 'flag', optional: true, doc: '1 if delegations are left out.' },
                  nsec3_salt: { type: 'string', optional: true, doc: 'Empty.' },
                },
                optional: true,
                doc: 'How it is proved that a name does not exist. Absent if the zone is not signed, or by a policy of somebody else.',
              },
            },
            optional: true,
            doc: 'Absent if there is an error.',
          },
          error: { type: 'string', optional: true, doc: 'Why nothing is shown.', extension: true },
        },
      },
      doc: 'The domains, in the order of the call.',
    },
  },
  list: 'domains',
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'What the registrar of bob.example needs.',
      setUp: [
        { command: 'adddns', args: { domain: 'bob.example', ip: '192.0.2.1' } },
        { command: 'enable_dnssec_for_domains', args: { domain: 'bob.example' } },
      ],
    },
  ],

  look: ({ domain }, { machine }) => lookAtSigning(machine, namesOf(domain)),

  async handler({ domain: domains }, { db, caller, warn }, { zones, isServed }) {
    const { found, failures } = await openSeveral(db, caller, domains, zones);
    assertSome([...failures.values()], found.size);
    return {
      domains: [...new Set(domains)].map((domain) => {
        const zone = found.get(domain);
        if (zone === undefined) return { domain, error: failures.get(domain)?.message ?? '' };
        const { policy, keys, found: file } = zone;
        if (policy !== null && keys.length === 0) {
          const why = isServed ? 'Its log says why' : 'Nothing is served here';
          warn(`BIND has made no keys for “${file.name}”. ${why}.`);
        }
        return {
          domain,
          ds_records: {
            keys: Object.fromEntries(keys.map((key) => [String(key.tag), describeKey(key)])),
            ...(policy ? { nsec_details: describeNsec(policy.denial) } : {}),
          },
        };
      }),
    };
  },
});
