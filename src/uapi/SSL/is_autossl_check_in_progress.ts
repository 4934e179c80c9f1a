import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { isCheckInProgress } from '../../capabilities/certificates/rules/autossl/schedule.ts';

export default defineUapi({
  name: 'SSL::is_autossl_check_in_progress',
  since: 68,
  summary: 'Check whether AutoSSL is checking the account.',
  effect: 'reads',
  role: 'WebServer',
  feature: 'autossl',
  params: {},
  returns: { type: 'flag', doc: '1 if a check of the account, or of all accounts, is running or about to.' },
  examples: [{ args: {}, doc: 'Whether a check is in progress.' }],

  async handler(_args, { db, caller, now }) {
    const { username } = await accounts.getOwn(db, caller);
    return Number(await isCheckInProgress(db, username, now()));
  },
});
