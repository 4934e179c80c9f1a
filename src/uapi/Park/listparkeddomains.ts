import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { httpsRedirects, regexParam } from '../../capabilities/domains/rules/own-params.ts';
import { readOwnDomains } from '../../capabilities/domains/rules/own-domains.ts';
import { folderFields, folderRow, listMatching } from '../../capabilities/domains/rules/rows.ts';
import { askedStates, stateFields } from '../../capabilities/web/rules/asked-redirect-states.ts';

export default defineUapi({
  name: 'Park::listparkeddomains',
  since: 138,
  summary: 'List the account’s parked domains.',
  effect: 'reads',
  feature: 'parkeddomains',
  params: { regex: regexParam, return_https_redirect_status: httpsRedirects },
  returns: { list: { fields: { ...folderFields, ...stateFields } } },
  examples: [{ args: {}, doc: 'All parked domains.' }],

  async handler({ regex, return_https_redirect_status: isAsked }, context) {
    const { db, caller } = context;
    const own = await readOwnDomains(db, await accounts.getOwn(db, caller));
    const stateOf = await askedStates(context, own, isAsked);
    return (await listMatching(own, 'parked', regex)).map((one) => ({
      ...folderRow(own, one.domain),
      ...stateOf(one.domain),
    }));
  },
});
