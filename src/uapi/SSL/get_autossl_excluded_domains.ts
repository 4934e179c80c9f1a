import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as exclusions from '../../capabilities/certificates/rules/autossl/exclusions.ts';

export default defineUapi({
  name: 'SSL::get_autossl_excluded_domains',
  since: 66,
  summary: 'List the names of the account that are excluded from AutoSSL.',
  effect: 'reads',
  feature: 'autossl',
  params: {},
  returns: { list: { fields: exclusions.excludedFields } },
  examples: [{ args: {}, doc: 'The excluded names.' }],

  async handler(_args, { db, caller }) {
    const { username } = await accounts.getOwn(db, caller);
    return (await exclusions.list(db, username)).map(exclusions.show);
  },
});
