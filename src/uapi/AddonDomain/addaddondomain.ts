import { addOwnAddon, lookForOwn, namesOfAddon } from '../../life/plans/change-domains.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { domainName } from '../../ground/rules/accounts/names.ts';
import {
  disallowDot,
  folderParam,
  forceParam,
  subdomainParam,
} from '../../capabilities/domains/rules/own-params.ts';
export default defineUapi({
  name: 'AddonDomain::addaddondomain',
  since: 138,
  summary: 'Add a domain with its own document root, and the subdomain that serves it.',
  description:
    'The domain gets a DNS zone. It counts towards the account’s limit of addon domains; its subdomain does not count ' +
    'towards that of subdomains.',
  effect: 'operates',
  role: 'WebServer',
  feature: 'addondomains',
  params: {
    newdomain: { ...domainName, required: true, doc: 'The new domain.' },
    subdomain: {
      ...subdomainParam,
      required: true,
      doc: 'The name of the new subdomain of the main domain that serves it.',
    },
    dir: folderParam,
    disallowdot: disallowDot,
    force: forceParam,
  },
  emptyIsOmitted: true,
  returns: { fields: { domain: { type: 'string', doc: 'The new domain.' } } },
  examples: [
    {
      args: { newdomain: 'shop.example', subdomain: 'shop', dir: 'public_html/shop' },
      doc: 'Serve shop.example from public_html/shop.',
      setUp: [{ command: 'modifyacct', args: { user: 'bob', MAXADDON: '1' } }],
    },
  ],

  look: (args, context) => lookForOwn(context, (main) => namesOfAddon(args, main), args.newdomain),

  async handler(args, context, found) {
    context.plan(await addOwnAddon(context, args, found));
    return { domain: args.newdomain };
  },
});
