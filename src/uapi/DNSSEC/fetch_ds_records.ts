import { defineUapi } from '../../core/define-uapi.ts';
import { lookAtSigning } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { describeSigned, signedZoneFields } from '../../capabilities/dns/rules/ds-records.ts';
import { zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import { assertSome, namesOf, openSeveral } from '../../capabilities/dns/rules/several-zones.ts';

export default defineUapi({
  name: 'DNSSEC::fetch_ds_records',
  since: 82,
  summary:
    'List the DNSSEC keys of the account’s domains, with the digests for the DS records at the registrar.',
  description:
    'A DS record consists of the key’s tag, its algorithm, a digest type and that digest. Only keys of type KSK or ' +
    'CSK have digests. Private keys are never shown. Domains whose keys cannot be shown are in a warning.',
  effect: 'reads',
  role: 'DNS',
  feature: 'dnssec',
  params: {
    domain: { ...zoneParam, required: true, list: true, doc: 'A domain of the account. Repeatable.' },
  },
  returns: { map: { fields: signedZoneFields }, keys: 'DOMAIN', doc: 'The domains of the call.' },
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'Show what the registrar of bob.example needs.',
      setUp: ['DNSSEC::enable_dnssec'],
    },
  ],

  look: ({ domain }, { machine }) => lookAtSigning(machine, namesOf(domain)),

  async handler({ domain: domains }, { db, caller, warn }, { zones }) {
    const { found, failures } = await openSeveral(db, caller, domains, zones);
    assertSome([...failures.values()], found.size);
    for (const [domain, { message }] of failures) warn(`“${domain}”: ${message}`);
    return Object.fromEntries([...found].map(([domain, zone]) => [domain, describeSigned(zone)]));
  },
});
