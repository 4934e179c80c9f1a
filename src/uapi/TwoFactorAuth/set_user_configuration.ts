import { defineUapi } from '../../core/define-uapi.ts';
import { badParam } from '../../core/errors.ts';
import { tfaCode, tfaSecret } from '../../core/params.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { assertConfirmed } from '../../capabilities/logins/rules/acting-as.ts';
import * as sessions from '../../capabilities/logins/rules/sessions.ts';
import * as tfaChanges from '../../capabilities/two-factor/rules/changes.ts';
import * as tfaCodes from '../../capabilities/two-factor/rules/codes.ts';
import {
  assertPasswordSent,
  checkPassword,
  proofParams,
} from '../../capabilities/two-factor/rules/own-proof.ts';
import * as tfa from '../../capabilities/two-factor/rules/tfa.ts';
import * as totp from '../../capabilities/two-factor/rules/totp.ts';

export default defineUapi({
  name: 'TwoFactorAuth::set_user_configuration',
  since: 54,
  summary: 'Set up two-factor authentication for the account with a secret and the code that proves it.',
  description:
    'Generate the secret with TwoFactorAuth::generate_user_configuration and add it to an authenticator app. The code ' +
    'works only once. A new secret replaces an earlier one. All sessions of the account end. Five wrong codes within ' +
    'five minutes block further attempts for five minutes.',
  effect: 'changes',
  feature: 'twofactorauth',
  params: {
    secret: tfaSecret,
    tfa_token: tfaCode,
    password: {
      ...proofParams.password,
      doc: 'The password of the account. With an API token, it is required to replace an earlier secret.',
    },
  },
  returns: { fields: { tfa_configured: { type: 'flag', doc: '1: it is set up.' } } },
  examples: [
    {
      args: { secret: 'WJ73QJSKZBXCIFPZ', tfa_token: '227174' },
      doc: 'Set it up.',
    },
  ],

  look: checkPassword,

  async handler(args, context) {
    const { caller, db, now, warn } = context;
    const { username } = await accounts.getOwn(db, caller);
    assertConfirmed(caller, 'set up two-factor authentication again');
    const secret = totp.parseSecret(args.secret);
    if (secret === undefined) {
      throw badParam(`The parameter “secret” should be ${tfaSecret.pattern.expects}.`);
    }
    if (await tfa.isEnrolled(db, username))
      assertPasswordSent(caller, args, 'replace two-factor authentication');
    await tfaCodes.enrol(context, username, secret, args.tfa_token.replace(' ', ''));
    await sessions.closeAll(db, username);
    await tfaChanges.tellOwner(db, username, 'set up', now());
    if (!(await tfa.isPolicyEnabled(db))) {
      warn('Logins require codes only once the administrator of the server enables the policy.');
    }
    return { tfa_configured: 1 };
  },
});
