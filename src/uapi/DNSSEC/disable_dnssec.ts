import { disableSigning } from '../../capabilities/dns/plans/change-zones.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { lookAtSigning } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import { namesOf } from '../../capabilities/dns/rules/several-zones.ts';

export default defineUapi({
  name: 'DNSSEC::disable_dnssec',
  since: 60,
  summary: 'Disable DNSSEC for zones of the account.',
  description: 'Remove the DS records at the registrar first, and wait until their TTL has expired.',
  destructive:
    'The keys are deleted, so enabling DNSSEC again requires new DS records. As long as the registrar has a DS ' +
    'record for a domain, validating resolvers cannot resolve it.',
  effect: 'operates',
  role: 'DNS',
  feature: 'dnssec',
  params: {
    domain: { ...zoneParam, required: true, list: true, doc: 'A domain of the account. Repeatable.' },
  },
  returns: {
    fields: {
      disabled: {
        map: { type: 'flag' },
        keys: 'DOMAIN',
        doc: 'The domains of the call: 1 if the zone is no longer signed.',
      },
    },
  },
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'Disable DNSSEC for bob.example.',
      setUp: ['DNSSEC::enable_dnssec'],
    },
  ],

  look: ({ domain }, { machine }) => lookAtSigning(machine, namesOf(domain)),

  handler: ({ domain }, context, looked) =>
    disableSigning(context, domain, looked, (rows) => {
      for (const { domain: name, error } of rows)
        if (error !== undefined) context.warn(`“${name}”: ${error}`);
      return { disabled: Object.fromEntries(rows.map((row) => [row.domain, row.disabled])) };
    }),
});
