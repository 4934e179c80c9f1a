import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { tfaCode, tfaSecret } from '../../core/params.ts';
import { assertConfirmed } from '../../capabilities/logins/rules/acting-as.ts';
import * as sessions from '../../capabilities/logins/rules/sessions.ts';
import * as tfa from '../../capabilities/two-factor/rules/tfa.ts';
import * as tfaChanges from '../../capabilities/two-factor/rules/changes.ts';
import * as tfaCodes from '../../capabilities/two-factor/rules/codes.ts';
import * as totp from '../../capabilities/two-factor/rules/totp.ts';

export default defineFunction({
  name: 'twofactorauth_set_tfa_config',
  since: 54,
  summary: 'Set up two-factor authentication for the caller with a secret and the code that proves it.',
  description:
    'Generate the secret with twofactorauth_generate_tfa_config, add it to an authenticator app, and pass it here ' +
    'with the code that the app shows. The code is checked with a tolerance of one time step (30 seconds) and ' +
    'works only once. If the caller has already set up two-factor authentication, the new secret replaces the old ' +
    'one. Five wrong codes within five minutes block further attempts for five minutes. All sessions of the ' +
    'caller end. To keep the secret out of the process list, use --file secret=PATH.',
  access: ['create-acct'],
  effect: 'changes',
  actsOnCaller: true,
  params: {
    secret: tfaSecret,
    tfa_token: tfaCode,
  },
  returns: {
    success: { type: 'flag', doc: '1 if two-factor authentication is set up, 0 if it is not.' },
  },
  failureData: { success: 0 },
  examples: [
    {
      args: { secret: 'WJ73QJSKZBXCIFPZ', tfa_token: '227174' },
      doc: 'Set up two-factor authentication for root.',
    },
  ],

  async handler(args, context) {
    assertConfirmed(context.caller, 'set up two-factor authentication again');
    const secret = totp.parseSecret(args.secret);
    if (secret === undefined) {
      throw badParam(`The parameter “secret” should be ${tfaSecret.pattern.expects}.`);
    }
    await tfaCodes.enrol(context, context.caller.user, secret, args.tfa_token.replace(' ', ''));
    await sessions.closeAll(context.db, context.caller.user);
    await tfaChanges.tellOwner(context.db, context.caller.user, 'set up', context.now());
    if (!(await tfa.isPolicyEnabled(context.db))) {
      context.warn('Logins require codes only if the policy is enabled: call twofactorauth_enable_policy.');
    }
    return { success: 1 };
  },
});
