import { lookForOwn, parkOwn } from '../../changes/change-domains.ts';
import { defineApi2 } from '../../core/define-uapi.ts';
import { domainName, existingDomain } from '../../model/accounts/names.ts';
export default defineApi2({
  name: 'Park::park',
  since: null,
  summary: 'Add a domain as an alias of a virtual host of the account.',
  description:
    'An alias of the main domain is a parked domain. An alias of a subdomain is an addon domain. The domain gets a DNS zone.',
  effect: 'operates',
  role: 'WebServer',
  feature: 'parkeddomains',
  params: {
    domain: { ...domainName, required: true, doc: 'The new domain.' },
    topdomain: {
      ...existingDomain,
      doc: 'The main domain or a subdomain of the account, which serves it. Default: the main domain.',
    },
  },
  emptyIsOmitted: true,
  returns: {
    fields: {
      result: { type: 'flag', doc: '1 if it was done.' },
      reason: { type: 'string', doc: 'What was done, or why it failed.' },
    },
  },
  examples: [{ args: { domain: 'bob.test' }, doc: 'The website also answers as bob.test.' }],

  look: (args, context) => lookForOwn(context, () => [args.domain], args.domain),

  async handler(args, context, found) {
    context.plan(await parkOwn(context, args, found));
    return [{ result: 1, reason: `The domain “${args.domain}” has been parked.` }];
  },
});
