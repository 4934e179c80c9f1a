import { defineUapi } from '../../core/define-uapi.ts';
import { ApiError } from '../../core/errors.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import {
  CHECK,
  isCheckInProgress,
  mayRetryAll,
} from '../../capabilities/certificates/rules/autossl/schedule.ts';
import { provider } from '../../capabilities/certificates/rules/autossl/settings.ts';

export default defineUapi({
  name: 'SSL::start_autossl_check',
  since: 68,
  summary: 'Start AutoSSL’s check of the account, in the background.',
  description:
    'SSL::is_autossl_check_in_progress shows when it has ended, and SSL::get_autossl_problems what it found. Names that the ' +
    'issuer could not validate are tried again at once if the account was not checked within the last hour.',
  effect: 'changes',
  role: 'WebServer',
  feature: 'autossl',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'Check all names of the account.', fails: 'disabled' }],

  async handler(_args, { db, caller, now, startTask, inform }) {
    const { username } = await accounts.getOwn(db, caller);
    if ((await provider(db)) === undefined) {
      throw new ApiError('disabled', 'AutoSSL is disabled on this server. Its administrator can enable it.');
    }
    if (await isCheckInProgress(db, username, now())) {
      inform('A check of the account is in progress already, so no other one was started.');
      return;
    }
    const retriesAll = await mayRetryAll(db, username, now());
    if (!retriesAll) {
      inform(
        'The account was checked within the last hour, so names that the issuer could not validate must wait.',
      );
    }
    await startTask(CHECK, { username, retries_all: retriesAll });
  },
});
