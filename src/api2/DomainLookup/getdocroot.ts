import { defineApi2 } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import { assertOwn } from '../../capabilities/domains/rules/own-params.ts';
import { readOwnDomains } from '../../capabilities/domains/rules/own-domains.ts';
import { folderRow } from '../../capabilities/domains/rules/rows.ts';

export default defineApi2({
  name: 'DomainLookup::getdocroot',
  since: null,
  summary: 'Show the document root of a domain.',

  effect: 'reads',

  params: { domain: { ...existingDomain, required: true, doc: 'The domain.' } },
  returns: {
    fields: {
      docroot: { type: 'string', doc: 'The document root.' },
      reldocroot: { type: 'string', doc: 'The same, below the home.' },
    },
  },
  examples: [{ args: { domain: 'bob.example' }, doc: 'The document root of the main domain.' }],

  async handler({ domain }, { db, caller }) {
    const own = await readOwnDomains(db, await accounts.getOwn(db, caller));
    assertOwn(own, 'domain', domain);
    const { dir, basedir } = folderRow(own, domain);
    return [{ docroot: dir, reldocroot: basedir }];
  },
});
