import { lookForOwn, parkOwn } from '../../life/plans/change-domains.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { domainName, existingDomain } from '../../ground/rules/accounts/names.ts';
import { disallowDot, forceParam } from '../../capabilities/domains/rules/own-params.ts';
export default defineUapi({
  name: 'Park::park',
  since: 138,
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
    disallowdot: { ...disallowDot, noEffectReason: 'the name of the domain is used as it is.' },
    force: forceParam,
  },
  emptyIsOmitted: true,
  returns: null,
  examples: [{ args: { domain: 'bob.test' }, doc: 'The website also answers as bob.test.' }],

  look: (args, context) => lookForOwn(context, () => [args.domain], args.domain),

  async handler(args, context, found) {
    context.plan(await parkOwn(context, args, found));
  },
});
