import { lookForOwn, removeOwn } from '../../life/plans/change-domains.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import { subdomainParam } from '../../capabilities/domains/rules/own-params.ts';
export default defineUapi({
  name: 'Park::unpark',
  since: 138,
  summary: 'Remove a parked or an addon domain.',
  description: 'Its files stay.',
  destructive: 'The DNS zone is deleted with all its records.',
  effect: 'operates',
  role: 'WebServer',
  feature: 'parkeddomains',
  params: {
    domain: { ...existingDomain, required: true, doc: 'The parked or addon domain.' },
    subdomain: { ...subdomainParam, doc: 'The subdomain that serves it, if it is an addon domain.' },
  },
  emptyIsOmitted: true,
  returns: null,
  examples: [
    {
      args: { domain: 'bob.test' },
      doc: 'Remove bob.test.',
      setUp: ['Park::park'],
    },
  ],

  look: (_args, context) => lookForOwn(context),

  async handler({ domain, subdomain }, context, found) {
    const type = subdomain === undefined ? 'parked' : 'addon';
    context.plan(await removeOwn(context, { domain, subdomain, type }, found));
  },
});
