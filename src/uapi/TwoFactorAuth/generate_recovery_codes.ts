import { defineUapi } from '../../core/define-uapi.ts';
import { badParam } from '../../core/errors.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { assertConfirmed } from '../../capabilities/logins/rules/acting-as.ts';
import { assertProven, checkPassword, proofParams } from '../../capabilities/two-factor/rules/own-proof.ts';
import * as recoveryCodes from '../../capabilities/two-factor/rules/recovery-codes.ts';
import * as tfa from '../../capabilities/two-factor/rules/tfa.ts';

export default defineUapi({
  name: 'TwoFactorAuth::generate_recovery_codes',
  since: null,
  summary: 'Create ten recovery codes for the account, each for one login without the phone.',
  description:
    'The codes are shown only once and stored as hashes: print them, or keep them in a password manager. They ' +
    'replace older codes. A login accepts one instead of the app’s code. An API token must send a code of the app or ' +
    'the password of the account.',
  effect: 'changes',
  feature: 'twofactorauth',
  extension: true,
  params: proofParams,
  returns: {
    fields: {
      recovery_codes: { list: { type: 'string' }, doc: 'The codes: abcd-efgh-ijkl-mnop.' },
    },
  },
  examples: [
    {
      args: {},
      doc: 'New recovery codes.',
      setUp: ['TwoFactorAuth::set_user_configuration'],
    },
  ],

  look: checkPassword,

  async handler(args, context) {
    const { caller, db } = context;
    const { username } = await accounts.getOwn(db, caller);
    assertConfirmed(caller, 'create new recovery codes');
    if (!(await tfa.isEnrolled(db, username))) {
      throw badParam(
        'You have not set up two-factor authentication: see TwoFactorAuth::set_user_configuration.',
      );
    }
    await assertProven(context, args, 'create new recovery codes');
    return { recovery_codes: await recoveryCodes.renew(context, username) };
  },
});
