import { changeOwnDocumentRoot, lookForOwn } from '../../life/plans/change-domains.ts';
import { defineApi2, outcomeRow } from '../../core/define-uapi.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import { folderParam, fullName, subdomainParam } from '../../capabilities/domains/rules/own-params.ts';
export default defineApi2({
  name: 'SubDomain::changedocroot',
  since: null,
  summary: 'Change the document root of a subdomain.',
  description: 'The folder is made if it does not exist. The files in the former one stay there.',
  effect: 'operates',
  role: 'WebServer',
  feature: 'subdomains',
  params: {
    subdomain: {
      ...subdomainParam,
      required: true,
      doc: 'The subdomain’s name, with or without the parent domain.',
    },
    rootdomain: { ...existingDomain, required: true, doc: 'The parent domain.' },
    dir: { ...folderParam, required: true, doc: 'The document root, below the home: public_html/shop.' },
  },
  emptyIsOmitted: true,
  returns: outcomeRow,
  examples: [
    {
      args: { subdomain: 'shop', rootdomain: 'bob.example', dir: 'public_html/new' },
      doc: 'Serve shop.bob.example from public_html/new.',
      setUp: ['create_subdomain'],
    },
  ],

  look: (_args, context) => lookForOwn(context),

  async handler({ subdomain, rootdomain, dir: given }, context, found) {
    const domain = fullName(subdomain, rootdomain);
    const root = { param: 'dir', given };
    const { plan, documentRoot } = await changeOwnDocumentRoot(context, { domain, root }, found);
    context.plan(plan);
    return [{ result: 1, reason: `The document root is now “${documentRoot}”.` }];
  },
});
