import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as tfa from '../../capabilities/two-factor/rules/tfa.ts';

export default defineUapi({
  name: 'TwoFactorAuth::get_user_configuration',
  since: 54,
  summary: 'Show whether the account has set up two-factor authentication.',
  effect: 'reads',
  feature: 'twofactorauth',
  params: {},
  returns: {
    fields: {
      is_enabled: { type: 'flag', doc: '1 if the account has set it up.' },
      issuer: { type: 'string', doc: 'The issuer that the app shows beside the account’s name.' },
    },
  },
  examples: [{ args: {}, doc: 'The account’s own state.' }],

  async handler(_args, { caller, db, system }) {
    const { username } = await accounts.getOwn(db, caller);
    const { own } = await tfa.issuersOf(db, username, system.hostname());
    return { is_enabled: (await tfa.isEnrolled(db, username)) ? (1 as const) : (0 as const), issuer: own };
  },
});
