import { defineApi2 } from '../../core/define-uapi.ts';
import { accountApplications, applicationParam } from '../../ground/rules/passwords/account-applications.ts';
import { minimumOf } from '../../ground/rules/passwords/minimums.ts';

export default defineApi2({
  name: 'PasswdStrength::get_required_strength',
  since: null,
  summary: 'Show the minimum strength of a kind of password.',
  effect: 'reads',
  params: { app: applicationParam },
  returns: { fields: { strength: { type: 'integer', doc: 'The minimum strength, 0 to 100.' } } },
  examples: [{ args: { app: 'passwd' }, doc: 'For the account’s own password.' }],

  handler: async ({ app }, { db }) => [{ strength: await minimumOf(db, accountApplications[app]) }],
});
