import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as tfa from '../../capabilities/two-factor/rules/tfa.ts';
import * as totp from '../../capabilities/two-factor/rules/totp.ts';

export default defineUapi({
  name: 'TwoFactorAuth::generate_user_configuration',
  since: 54,
  summary: 'Generate a new secret for the account’s authenticator app.',
  description:
    'Nothing is stored. To store the secret, pass it to TwoFactorAuth::set_user_configuration with the code that the ' +
    'app shows.',
  effect: 'reads',
  feature: 'twofactorauth',
  params: {},
  returns: {
    fields: {
      otpauth_str: { type: 'otpauth', doc: 'The secret for an app: an otpauth:// URI with issuer and user.' },
      secret: { type: 'string', doc: 'The secret: 16 characters in Base32.' },
    },
  },
  examples: [{ args: {}, doc: 'A secret.' }],

  async handler(_args, { caller, db, system, randomBytes }) {
    const { username } = await accounts.getOwn(db, caller);
    const secret = await totp.generateSecret(16, randomBytes);
    const { own } = await tfa.issuersOf(db, username, system.hostname());
    return { otpauth_str: totp.otpauthUri(own, username, secret), secret };
  },
});
