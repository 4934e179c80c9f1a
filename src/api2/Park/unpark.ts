import { lookForOwn, removeOwn } from '../../changes/change-domains.ts';
import { defineApi2 } from '../../core/define-uapi.ts';
import { existingDomain } from '../../model/accounts/names.ts';
import { subdomainParam } from '../../model/domains/own-params.ts';
export default defineApi2({
  name: 'Park::unpark',
  since: null,
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
  returns: {
    fields: {
      result: { type: 'flag', doc: '1 if it was done.' },
      reason: { type: 'string', doc: 'What was done, or why it failed.' },
    },
  },
  examples: [
    {
      args: { domain: 'bob.test' },
      doc: 'Remove bob.test.',
      setUp: [{ command: 'Park::park', args: { domain: 'bob.test' } }],
    },
  ],

  look: (_args, context) => lookForOwn(context),

  async handler({ domain, subdomain }, context, found) {
    const type = subdomain === undefined ? 'parked' : 'addon';
    context.plan(await removeOwn(context, { domain, subdomain, type }, found));
    return [{ result: 1, reason: `The domain “${domain}” has been removed.` }];
  },
});
