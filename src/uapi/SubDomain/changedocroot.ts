import { changeOwnDocumentRoot, lookForOwn } from '../../life/plans/change-domains.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { folderParam, subdomainParam } from '../../capabilities/domains/rules/own-params.ts';
export default defineUapi({
  name: 'SubDomain::changedocroot',
  since: 11,
  summary: 'Change the document root of a subdomain or an addon domain.',
  description: 'The folder is made if it does not exist. The files in the former one stay there.',
  effect: 'operates',
  role: 'WebServer',
  feature: 'subdomains',
  params: {
    domain: { ...subdomainParam, required: true, doc: 'The subdomain, or the addon domain that it serves.' },
    docroot: { ...folderParam, required: true, doc: 'The document root, below the home: public_html/shop.' },
  },
  emptyIsOmitted: true,
  returns: { fields: { documentroot: { type: 'string', doc: 'The new document root.' } } },
  examples: [
    {
      args: { domain: 'shop.bob.example', docroot: 'public_html/new' },
      doc: 'Serve shop.bob.example from public_html/new.',
      setUp: ['create_subdomain'],
    },
  ],

  look: (_args, context) => lookForOwn(context),

  async handler({ domain, docroot: given }, context, found) {
    const root = { param: 'docroot', given };
    const { plan, documentRoot } = await changeOwnDocumentRoot(context, { domain, root }, found);
    context.plan(plan);
    return { documentroot: documentRoot };
  },
});
