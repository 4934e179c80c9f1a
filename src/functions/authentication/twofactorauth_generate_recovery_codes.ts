import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { assertConfirmed } from '../../capabilities/logins/rules/acting-as.ts';
import * as recoveryCodes from '../../capabilities/two-factor/rules/recovery-codes.ts';
import * as tfa from '../../capabilities/two-factor/rules/tfa.ts';

export default defineFunction({
  name: 'twofactorauth_generate_recovery_codes',
  since: null,
  summary: 'Create ten recovery codes for the caller, each for one login without the phone.',
  description:
    'The codes are shown only once and stored as hashes: print them, or keep them in a password manager. They ' +
    'replace older codes. A login accepts one instead of the app’s code, and the next response says how many are ' +
    'left.',
  access: ['create-acct'],
  effect: 'changes',
  actsOnCaller: true,
  extension: true,
  params: {},
  returns: { recovery_codes: { list: { type: 'string' }, doc: 'The codes: abcd-efgh-ijkl-mnop.' } },
  list: 'recovery_codes',
  examples: [
    {
      args: {},
      doc: 'New recovery codes for root.',
      setUp: ['twofactorauth_set_tfa_config'],
    },
  ],

  async handler(_args, context) {
    const { caller, db } = context;
    assertConfirmed(caller, 'create new recovery codes');
    if (!(await tfa.isEnrolled(db, caller.user))) {
      throw badParam(
        'You have not set up two-factor authentication: call twofactorauth_set_tfa_config first.',
      );
    }
    return { recovery_codes: await recoveryCodes.renew(context, caller.user) };
  },
});
