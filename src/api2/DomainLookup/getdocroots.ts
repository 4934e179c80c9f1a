import { defineApi2 } from '../../core/define-uapi.ts';
import * as accounts from '../../model/accounts/accounts.ts';
import { folderRow, readOwnDomains } from '../../model/domains/rows.ts';

export default defineApi2({
  name: 'DomainLookup::getdocroots',
  since: null,
  summary: 'List the document roots of all domains of the account.',

  effect: 'reads',

  params: {},
  returns: {
    fields: {
      docroot: { type: 'string', doc: 'The document root.' },
      domain: { type: 'string', doc: 'The domain.' },
    },
  },
  examples: [{ args: {}, doc: 'All document roots.' }],

  async handler(_args, { db, caller }) {
    const own = await readOwnDomains(db, await accounts.getOwn(db, caller));
    const names = [own.account.domain, ...own.hosted.map(({ domain }) => domain)];
    return names.map((domain) => ({ docroot: folderRow(own, domain).dir, domain }));
  },
});
