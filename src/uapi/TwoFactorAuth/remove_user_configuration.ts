import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { assertConfirmed } from '../../capabilities/logins/rules/acting-as.ts';
import * as sessions from '../../capabilities/logins/rules/sessions.ts';
import * as tfaChanges from '../../capabilities/two-factor/rules/changes.ts';
import * as tfaCodes from '../../capabilities/two-factor/rules/codes.ts';
import { assertProven, checkPassword, proofParams } from '../../capabilities/two-factor/rules/own-proof.ts';
import * as recoveryCodes from '../../capabilities/two-factor/rules/recovery-codes.ts';
import * as tfa from '../../capabilities/two-factor/rules/tfa.ts';

export default defineUapi({
  name: 'TwoFactorAuth::remove_user_configuration',
  since: 54,
  summary: 'Remove the two-factor authentication of the account.',
  description:
    'An API token must send a code of the authenticator app or the password of the account. A session of an account with ' +
    'two-factor authentication is confirmed instead.',
  destructive: 'The secret and the recovery codes are deleted, and all sessions end. This cannot be undone.',
  effect: 'changes',
  feature: 'twofactorauth',
  params: proofParams,
  returns: { fields: { tfa_removed: { type: 'flag', doc: '1: it is removed. 0: it was not set up.' } } },
  examples: [{ args: {}, doc: 'Remove it.' }],

  look: checkPassword,

  async handler(args, context) {
    const { caller, db, now, inform } = context;
    const { username } = await accounts.getOwn(db, caller);
    assertConfirmed(caller, 'remove your two-factor authentication');
    if (!(await tfa.isEnrolled(db, username))) return { tfa_removed: 0 };
    await assertProven(context, args, 'remove two-factor authentication');
    await tfa.remove(db, username);
    (await tfaCodes.reset({ db, now }, username)).forEach(inform);
    await recoveryCodes.removeAll(db, username);
    await sessions.closeAll(db, username);
    await tfaChanges.tellOwner(db, username, 'removed', now());
    return { tfa_removed: 1 };
  },
});
