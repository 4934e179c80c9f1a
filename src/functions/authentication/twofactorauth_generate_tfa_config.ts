import { defineFunction } from '../../core/define.ts';
import * as tfa from '../../capabilities/two-factor/rules/tfa.ts';
import * as totp from '../../capabilities/two-factor/rules/totp.ts';

export default defineFunction({
  name: 'twofactorauth_generate_tfa_config',
  since: 54,
  summary: 'Generate a new secret for the caller’s authenticator app.',
  description:
    'Nothing is stored. To store the secret, pass it to twofactorauth_set_tfa_config with the code that the app ' +
    'shows. On a terminal, the URI is also shown as a QR code.',
  access: ['create-acct'],
  effect: 'reads',
  params: {
    secret_length: {
      type: 'string',
      values: ['16', '32'],
      default: '16',
      extension: true,
      doc: 'The number of Base32 characters: 16 (80 bits), as in WHM, or 32 (160 bits), as RFC 4226 recommends.',
    },
  },
  returns: {
    secret: { type: 'string', doc: 'The secret, in Base32.' },
    otpauth_str: { type: 'otpauth', doc: 'The secret for an app: an otpauth:// URI with issuer and user.' },
  },
  examples: [{ args: {}, doc: 'A secret for root.' }],

  async handler(args, { caller, db, system, randomBytes }) {
    const secret = await totp.generateSecret(args.secret_length === '32' ? 32 : 16, randomBytes);
    const { own } = await tfa.issuersOf(db, caller.user, system.hostname());
    return { secret, otpauth_str: totp.otpauthUri(own, caller.user, secret) };
  },
});
