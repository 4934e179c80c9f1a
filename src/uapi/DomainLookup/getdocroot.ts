import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import { assertOwn } from '../../capabilities/domains/rules/own-params.ts';
import { readOwnDomains } from '../../capabilities/domains/rules/own-domains.ts';
import { folderRow } from '../../capabilities/domains/rules/rows.ts';

export default defineUapi({
  name: 'DomainLookup::getdocroot',
  since: 138,
  summary: 'Show the document root of a domain.',

  effect: 'reads',

  params: { domain: { ...existingDomain, doc: 'The domain. Default: the main domain.' } },
  returns: {
    list: {
      fields: {
        docroot: { type: 'string', doc: 'The document root.' },
        reldocroot: { type: 'string', doc: 'The same, below the home.' },
      },
    },
  },
  examples: [{ args: { domain: 'bob.example' }, doc: 'The document root of the main domain.' }],

  async handler({ domain: given }, { db, caller }) {
    const own = await readOwnDomains(db, await accounts.getOwn(db, caller));
    const domain = given ?? own.account.domain;
    assertOwn(own, 'domain', domain);
    const { dir, basedir } = folderRow(own, domain);
    return [{ docroot: dir, reldocroot: basedir }];
  },
});
