import { addOwnSubdomain, lookForOwn, nameOfNew } from '../../changes/change-domains.ts';
import { defineApi2 } from '../../core/define-uapi.ts';
import { domainName } from '../../model/accounts/names.ts';
import { canonicalName, disallowDot, folderParam, subdomainParam } from '../../model/domains/own-params.ts';
export default defineApi2({
  name: 'SubDomain::addsubdomain',
  since: null,
  summary: 'Create a subdomain with its own document root.',
  description:
    'The subdomain gets a virtual host, a self-signed certificate, which AutoSSL replaces, and address records in the DNS ' +
    'zone of its parent domain. It counts towards the account’s limit of subdomains.',
  effect: 'operates',
  role: 'WebServer',
  feature: 'subdomains',
  params: {
    domain: {
      ...subdomainParam,
      required: true,
      doc: 'The subdomain’s name, with or without the parent domain. *: all names below it that nobody else has.',
    },
    rootdomain: {
      ...domainName,
      required: true,
      doc: 'The parent domain: the main domain, a parked or an addon domain of the account.',
    },
    dir: folderParam,
    disallowdot: disallowDot,
    canoff: canonicalName,
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
      args: { domain: 'shop', rootdomain: 'bob.example', dir: 'public_html/shop' },
      doc: 'Create shop.bob.example.',
    },
  ],

  look: (args, context) => lookForOwn(context, () => [nameOfNew(args)]),

  async handler(args, context, found) {
    const { plan, domain } = await addOwnSubdomain(context, args, found);
    context.plan(plan);
    return [{ result: 1, reason: `The subdomain “${domain}” has been added.` }];
  },
});
