import { defineApi2 } from '../../core/define-uapi.ts';
import * as accounts from '../../model/accounts/accounts.ts';
import { regexParam } from '../../model/domains/own-params.ts';
import { folderFields, folderRow, listMatching, readOwnDomains } from '../../model/domains/rows.ts';

export default defineApi2({
  name: 'Park::listparkeddomains',
  since: null,
  summary: 'List the account’s parked domains.',
  effect: 'reads',
  feature: 'parkeddomains',
  params: { regex: regexParam },
  returns: { fields: folderFields },
  examples: [{ args: {}, doc: 'All parked domains.' }],

  async handler({ regex }, { db, caller }) {
    const own = await readOwnDomains(db, await accounts.getOwn(db, caller));
    return (await listMatching(own, 'parked', regex)).map((one) => folderRow(own, one.domain));
  },
});
