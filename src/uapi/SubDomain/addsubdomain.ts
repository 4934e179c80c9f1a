import { addOwnSubdomain, lookForOwn, nameOfNew } from '../../life/plans/change-domains.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { domainName } from '../../ground/rules/accounts/names.ts';
import {
  canonicalName,
  disallowDot,
  folderParam,
  subdomainParam,
} from '../../capabilities/domains/rules/own-params.ts';
export default defineUapi({
  name: 'SubDomain::addsubdomain',
  since: 70,
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
  returns: null,
  examples: [
    {
      args: { domain: 'shop', rootdomain: 'bob.example', dir: 'public_html/shop' },
      doc: 'Create shop.bob.example.',
    },
  ],

  look: (args, context) => lookForOwn(context, () => [nameOfNew(args)]),

  async handler(args, context, found) {
    const { plan } = await addOwnSubdomain(context, args, found);
    context.plan(plan);
  },
});
