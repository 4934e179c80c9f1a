import { lookForOwn, removeOwn } from '../../changes/change-domains.ts';
import { defineApi2 } from '../../core/define-uapi.ts';
import { subdomainParam } from '../../model/domains/own-params.ts';
export default defineApi2({
  name: 'SubDomain::delsubdomain',
  since: null,
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
      args: { domain: 'shop.bob.example' },
      doc: 'Remove shop.bob.example.',
      setUp: [
        {
          command: 'create_subdomain',
          args: { domain: 'shop.bob.example', document_root: 'public_html/shop' },
        },
      ],
    },
  ],

  look: (_args, context) => lookForOwn(context),

  async handler({ domain }, context, found) {
    context.plan(await removeOwn(context, { domain, type: 'sub' }, found));
    return [{ result: 1, reason: `The subdomain “${domain}” has been removed.` }];
  },
});
