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
  summary: 'Disable DNSSEC for the zones of domains.',
  description:
    'Remove the DS records at the registrar first, and wait until their TTL has expired. If a domain cannot be ' +
    'changed, its “disabled” is 0 and “error” is the reason. The other domains are still changed.',
  destructive:
    'The keys are deleted, so enabling DNSSEC again requires new DS records. As long as the registrar has a DS ' +
    'record for a domain, validating resolvers cannot resolve it.',
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
  },
  returns: {
    domains: {
      list: {
        fields: {
          domain: { type: 'string', doc: 'The domain.' },
          disabled: { type: 'flag', doc: '1 if its zone is no longer signed.' },
          error: { type: 'string', optional: true, doc: 'Why the zone is still signed.', extension: true },
        },
      },
      doc: 'The domains in the order of the call.',
    },
  },
  list: 'domains',
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'Disable DNSSEC for bob.example.',
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
        `Remove the DS records at the registrar. Until then, validating resolvers cannot resolve ${names}.`,
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
