import { defineApi2 } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { regexParam } from '../../capabilities/domains/rules/own-params.ts';
import { readOwnDomains } from '../../capabilities/domains/rules/own-domains.ts';
import { addonFields, addonRow, listMatching } from '../../capabilities/domains/rules/rows.ts';

export default defineApi2({
  name: 'Park::listaddondomains',
  since: null,
  summary: 'List the account’s addon domains.',
  effect: 'reads',
  feature: 'addondomains',
  params: { regex: regexParam },
  returns: { fields: addonFields },
  examples: [{ args: {}, doc: 'All addon domains.' }],

  async handler({ regex }, { db, caller }) {
    const own = await readOwnDomains(db, await accounts.getOwn(db, caller));
    return (await listMatching(own, 'addon', regex)).map((one) => addonRow(own, one));
  },
});
