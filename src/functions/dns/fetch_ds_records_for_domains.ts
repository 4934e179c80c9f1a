import { defineFunction } from '../../core/define.ts';
import { lookAtSigning } from '../../drivers/zones/look.ts';
import { describeKey, describeNsec } from '../../model/dns/ds-records.ts';
import { zoneParam } from '../../model/dns/record-form.ts';
import { assertSome, namesOf, openSeveral } from '../../model/dns/several-zones.ts';

export default defineFunction({
  name: 'fetch_ds_records_for_domains',
  since: 86,
  summary: 'List the DNSSEC keys of domains, with the digests for the DS records at the registrar.',
  description:
    'A DS record consists of the key’s tag, its algorithm, a digest type and that digest. Only keys of type KSK or ' +
    'CSK have digests. Private keys are never shown.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'reads',
  role: 'DNS',
  params: {
    domain: {
      ...zoneParam,
      required: true,
      list: true,
      doc: 'A domain that has a zone on this server. Repeatable.',
    },
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
                    active: { type: 'flag', doc: '1 if BIND signs with this key.' },
                    algo_desc: { type: 'string', doc: 'The algorithm’s name, such as RSA/SHA-256.' },
                    algo_num: { type: 'integer', doc: 'The algorithm’s number, such as 8.' },
                    algo_tag: { type: 'string', doc: 'The algorithm’s mnemonic, such as RSASHA256.' },
                    bits: { type: 'integer', doc: 'The length of the key in bits.' },
                    created: { type: 'integer', doc: 'When BIND generated it, as a Unix timestamp.' },
                    digests: {
                      list: {
                        fields: {
                          algo_desc: { type: 'string', doc: 'The digest type’s name, such as SHA-256.' },
                          algo_num: { type: 'integer', doc: 'The digest type’s number, such as 2.' },
                          digest: { type: 'string', doc: 'The digest in hexadecimal.' },
                        },
                      },
                      doc: 'The digests that a DS record can use.',
                    },
                    flags: {
                      type: 'integer',
                      doc: '257 for a key that a DS record can refer to, otherwise 256.',
                    },
                    key_id: { type: 'integer', doc: 'The tag of the key.' },
                    key_tag: { type: 'integer', doc: 'The tag of the key.' },
                    key_type: { type: 'string', doc: 'KSK, ZSK, or CSK for one key in both roles.' },
                  },
                },
                keys: 'KEY_ID',
                doc: 'The keys. Empty if the zone is not signed.',
              },
              nsec_details: {
                fields: {
                  nsec_version: { type: 'string', doc: 'NSEC or NSEC3.' },
                  nsec3_hash_algo_desc: {
                    type: 'string',
                    optional: true,
                    doc: 'The hash algorithm, always SHA-1.',
                  },
                  nsec3_hash_algo_num: { type: 'integer', optional: true, doc: '1.' },
                  nsec3_iterations: { type: 'integer', optional: true, doc: '0.' },
                  nsec3_narrow: {
                    type: 'flag',
                    optional: true,
                    doc: 'Always 0: BIND generates the records when it signs the zone.',
                  },
                  nsec3_opt_out: {
                    type: 'flag',
                    optional: true,
                    doc: '1 if delegations without DS records are not ' + 'covered.',
                  },
                  nsec3_salt: { type: 'string', optional: true, doc: 'Empty.' },
                },
                optional: true,
                doc:
                  'How the zone proves that a name does not exist. Absent if the zone is not signed, or signed ' +
                  'with a policy that is not this program’s.',
              },
            },
            optional: true,
            doc: 'Absent if there is an “error”.',
          },
          error: { type: 'string', optional: true, doc: 'Why the keys cannot be shown.', extension: true },
        },
      },
      doc: 'The domains in the order of the call.',
    },
  },
  list: 'domains',
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'Show what the registrar of bob.example needs.',
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
          warn(`BIND has not generated keys for “${file.name}” yet. ${why}.`);
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
