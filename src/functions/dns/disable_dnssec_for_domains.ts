import { disableSigning } from '../../capabilities/dns/plans/change-zones.ts';
import { defineFunction } from '../../core/define.ts';
import { lookAtSigning } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import { namesOf } from '../../capabilities/dns/rules/several-zones.ts';

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
        'enable_dnssec_for_domains',
      ],
    },
  ],

  look: ({ domain }, { machine }) => lookAtSigning(machine, namesOf(domain)),

  handler: ({ domain }, context, looked) =>
    disableSigning(context, domain, looked, (domains) => ({ domains })),
});
