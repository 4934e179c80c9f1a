import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { readOwnDomains } from '../../capabilities/domains/rules/own-domains.ts';
import { folderRow } from '../../capabilities/domains/rules/rows.ts';

export default defineUapi({
  name: 'DomainLookup::getdocroots',
  since: 138,
  summary: 'List the document roots of all domains of the account.',

  effect: 'reads',

  params: {},
  returns: {
    list: {
      fields: {
        docroot: { type: 'string', doc: 'The document root.' },
        domain: { type: 'string', doc: 'The domain.' },
      },
    },
  },
  examples: [{ args: {}, doc: 'All document roots.' }],

  async handler(_args, { db, caller }) {
    const own = await readOwnDomains(db, await accounts.getOwn(db, caller));
    const names = [own.account.domain, ...own.hosted.map(({ domain }) => domain)];
    return names.map((domain) => ({ docroot: folderRow(own, domain).dir, domain }));
  },
});
