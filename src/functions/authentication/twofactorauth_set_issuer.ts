import { defineFunction } from '../../core/define.ts';
import * as tfa from '../../capabilities/two-factor/rules/tfa.ts';

export default defineFunction({
  name: 'twofactorauth_set_issuer',
  since: 54,
  summary: 'Set the issuer, the name under which authenticator apps list codes.',
  description:
    'Root’s issuer applies to everyone without an issuer, and a reseller’s to the reseller’s own secrets. Secrets ' +
    'that are already in an app keep their name.',
  access: ['create-acct'],
  effect: 'changes',
  actsOnCaller: true,
  params: {
    issuer: {
      type: 'string',
      required: true,
      maxLength: 64,
      pattern: {
        // No colon, because apps read the URI’s label as the issuer up to the first colon.
        matches: /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}:]*[^\p{C}\p{Z}:][^\p{Cc}\p{Cf}\p{Zl}\p{Zp}:]*$/u,
        expects: '1 to 64 characters on one line, without colons and control characters, not only spaces',
      },
      doc: 'The new name, such as the company’s or the server’s.',
    },
  },
  returns: null,
  examples: [{ args: { issuer: 'Example Hosting' }, doc: 'List codes as “Example Hosting”.' }],

  async handler(args, { caller, db }) {
    await tfa.setIssuer(db, caller.user, args.issuer);
  },
});
