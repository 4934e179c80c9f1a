import { lookForOwn, removeOwn } from '../../life/plans/change-domains.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import { disallowDot, subdomainParam } from '../../capabilities/domains/rules/own-params.ts';
export default defineUapi({
  name: 'AddonDomain::deladdondomain',
  since: 138,
  summary: 'Remove an addon domain with its subdomain.',
  description: 'The files stay, and so does a subdomain that serves other domains too.',
  destructive: 'The DNS zone is deleted with all its records, and the website no longer answers.',
  effect: 'operates',
  role: 'WebServer',
  feature: 'addondomains',
  params: {
    domain: { ...existingDomain, required: true, doc: 'The addon domain.' },
    subdomain: {
      ...subdomainParam,
      required: true,
      doc: 'The subdomain that serves it: shop, shop.bob.example or shop_bob.example.',
    },
    disallowdot: { ...disallowDot, noEffectReason: 'the name of an existing subdomain is used as it is.' },
  },
  emptyIsOmitted: true,
  returns: null,
  examples: [
    {
      args: { domain: 'shop.example', subdomain: 'shop.bob.example' },
      doc: 'Remove shop.example.',
      setUp: [{ command: 'modifyacct', args: { user: 'bob', MAXADDON: '1' } }, 'AddonDomain::addaddondomain'],
    },
  ],

  look: (_args, context) => lookForOwn(context),

  async handler({ domain, subdomain }, context, found) {
    context.plan(await removeOwn(context, { domain, subdomain, type: 'addon' }, found));
  },
});
