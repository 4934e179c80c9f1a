import { changeSigning } from '../../changes/change-zones.ts';
import { defineFunction } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';
import { lookAtSigning } from '../../drivers/zones/look.ts';
import { zoneParam } from '../../model/dns/record-form.ts';
import { namesOf, openSeveral } from '../../model/dns/several-zones.ts';
import { unsignedText } from '../../model/dns/signing-change.ts';

export default defineFunction({
  name: 'disable_dnssec_for_domains',
  since: 86,
  summary: 'Have BIND serve the DNS zones of domains without signatures (DNSSEC).',
  description:
    'Remove the DS records at the registrar first, and wait until their TTL is over. A domain that cannot be changed has ' +
    '“disabled” 0 and the reason; the others are changed all the same.',
  destructive:
    'The keys are removed, and DNSSEC later needs new ones. As long as the registrar has a DS record of a domain, validating resolvers do not resolve it.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'operates',
  role: 'DNS',
  params: {
    domain: { ...zoneParam, required: true, list: true, doc: 'A domain that is a zone. Repeatable.' },
  },
  returns: {
    domains: {
      list: {
        fields: {
          domain: { type: 'string', doc: 'The domain.' },
          disabled: { type: 'flag', doc: '1 if its zone is not signed now.' },
          error: { type: 'string', optional: true, doc: 'Why the zone is still signed.', extension: true },
        },
      },
      doc: 'The domains, in the order of the call.',
    },
  },
  list: 'domains',
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'Serve bob.example without DNSSEC.',
      setUp: [
        { command: 'adddns', args: { domain: 'bob.example', ip: '192.0.2.1' } },
        { command: 'enable_dnssec_for_domains', args: { domain: 'bob.example' } },
      ],
    },
  ],

  look: ({ domain }, { machine }) => lookAtSigning(machine, namesOf(domain)),

  async handler({ domain: domains }, context, { zones }) {
    const { db, caller, warn, inform, now } = context;
    const { found, failures } = await openSeveral(db, caller, domains, zones);
    const errors = new Map(failures);
    const changes = [];
    for (const [domain, { found: zone, servedSerial }] of found) {
      const { name, digest, dnssecPolicy } = zone;
      if (dnssecPolicy === null) {
        inform(`The zone “${name}” is not signed.`);
        continue;
      }
      try {
        const text = unsignedText(zone, servedSerial, new Date(now()));
        changes.push({ name, before: digest, after: { name, text, dnssecPolicy: null } });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        errors.set(domain, error);
      }
    }
    if (changes.length > 0) {
      const names = changes.map(({ name }) => `“${name}”`).join(', ');
      warn(
        `Validating resolvers do not resolve ${names} as long as the registrar has DS records: remove them.`,
      );
    }
    return changeSigning(context, {
      ...{ domains: [...new Set(domains)], found, errors, changes },
      row: (domain, { error }) => ({
        ...{ domain, disabled: error === undefined ? 1 : 0 },
        ...(error === undefined ? {} : { error }),
      }),
    });
  },
});
