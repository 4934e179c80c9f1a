import { lookForOwn, removeOwn } from '../../life/plans/change-domains.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { disallowDot, subdomainParam } from '../../capabilities/domains/rules/own-params.ts';
export default defineUapi({
  name: 'SubDomain::delsubdomain',
  since: 138,
  summary: 'Remove a subdomain.',
  description:
    'Its files stay. A subdomain that serves an addon domain is removed with AddonDomain::deladdondomain.',
  destructive: 'The website no longer answers. Add the subdomain again to restore it.',
  effect: 'operates',
  role: 'WebServer',
  feature: 'subdomains',
  params: {
    domain: {
      ...subdomainParam,
      required: true,
      doc: 'The subdomain: shop.bob.example, or shop_bob.example as older clients write it.',
    },
    disallowdot: { ...disallowDot, noEffectReason: 'the name of an existing subdomain is used as it is.' },
  },
  emptyIsOmitted: true,
  returns: null,
  examples: [
    {
      args: { domain: 'shop.bob.example' },
      doc: 'Remove shop.bob.example.',
      setUp: ['create_subdomain'],
    },
  ],

  look: (_args, context) => lookForOwn(context),

  async handler({ domain }, context, found) {
    context.plan(await removeOwn(context, { domain, type: 'sub' }, found));
  },
});
