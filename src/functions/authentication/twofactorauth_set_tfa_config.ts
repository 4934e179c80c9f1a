import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { tfaCode, tfaSecret } from '../../core/params.ts';
import { ensureConfirmed } from '../../model/logins/acting-as.ts';
import * as sessions from '../../model/logins/sessions.ts';
import * as tfa from '../../model/two-factor/tfa.ts';
import * as tfaCodes from '../../model/two-factor/codes.ts';
import * as totp from '../../model/two-factor/totp.ts';

export default defineFunction({
  name: 'twofactorauth_set_tfa_config',
  since: 54,
  summary: 'Set up two-factor authentication for the caller with a secret and the code that proves it.',
  description:
    'Make the secret with twofactorauth_generate_tfa_config, put it into an authenticator app, and send it back with ' +
    'the code that the app shows. The code is checked with one time step (30 seconds) of tolerance and is then used ' +
    'up. Where the caller has two-factor authentication already, the new secret replaces the old one. Five wrong ' +
    'codes within five minutes lock the attempts for five minutes. Sessions of the caller end. To keep the secret out of the process list, give ' +
    'it with --file secret=PATH.',
  access: ['create-acct'],
  effect: 'changes',
  actsOnCaller: true,
  params: {
    secret: tfaSecret,
    tfa_token: tfaCode,
  },
  returns: {
    success: { type: 'flag', doc: '1 when two-factor authentication is set up, 0 when it is not.' },
  },
  failureData: { success: 0 },
  examples: [
    {
      args: { secret: 'WJ73QJSKZBXCIFPZ', tfa_token: '227174' },
      doc: 'Turn two-factor authentication on for root.',
    },
  ],

  async handler(args, context) {
    ensureConfirmed(context.caller, 'set up two-factor authentication again');
    const secret = totp.parseSecret(args.secret);
    if (secret === undefined) {
      throw badParam(`The parameter “secret” should be ${tfaSecret.pattern.expects}.`);
    }
    await tfaCodes.enrol(context, context.caller.user, secret, args.tfa_token.replace(' ', ''));
    await sessions.closeAll(context.db, context.caller.user);
    if (!(await tfa.isPolicyEnabled(context.db))) {
      context.warn('Logins ask for codes only while the policy is on: call twofactorauth_enable_policy.');
    }
    return { success: 1 };
  },
});
