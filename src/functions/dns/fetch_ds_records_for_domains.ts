import { defineFunction } from '../../core/define.ts';
import { lookAtSigning } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { describeSigned, signedZoneFields } from '../../capabilities/dns/rules/ds-records.ts';
import { zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import { assertSome, namesOf, openSeveral } from '../../capabilities/dns/rules/several-zones.ts';

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
            fields: signedZoneFields,
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
        'enable_dnssec_for_domains',
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
          ds_records: describeSigned(zone),
        };
      }),
    };
  },
});
