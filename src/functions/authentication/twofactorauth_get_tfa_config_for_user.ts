import { defineFunction } from '../../core/define.ts';
import { existingUser } from '../../core/params.ts';
import { ensureConfirmed } from '../../model/logins/acting-as.ts';
import * as tfa from '../../model/two-factor/tfa.ts';
import * as users from '../../model/accounts/users.ts';

export default defineFunction({
  name: 'twofactorauth_get_tfa_config_for_user',
  since: 118,
  summary: 'Give out a user’s two-factor authentication secrets, to move them to another server.',
  description:
    'The answer is what twofactorauth_set_tfa_config_for_user takes on the other server. Whoever reads it can make ' +
    'that user’s codes: send it over a pipe, not into a file that others can read.',
  access: 'root',
  effect: 'reads',
  params: { user: { ...existingUser, required: true, doc: 'The user whose secrets are wanted.' } },
  returns: {
    keys: 'USER',
    map: {
      fields: {
        primary_account: {
          optional: true,
          fields: { secret: { type: 'string', doc: 'The account’s secret, in Base32.' } },
        },
        email: {
          optional: true,
          keys: 'ADDRESS',
          map: { fields: { secret: { type: 'string', doc: 'A mail address’s secret, in Base32.' } } },
        },
        team: {
          optional: true,
          keys: 'NAME',
          map: { fields: { secret: { type: 'string', doc: 'A team member’s secret, in Base32.' } } },
        },
      },
    },
  },
  examples: [{ args: { user: 'root' }, doc: 'Give out root’s secrets.' }],

  async handler(args, context) {
    if (args.user === context.caller.user) ensureConfirmed(context.caller, 'export your secret');
    await users.ensureExists(context.db, args.user);
    const config: {
      primary_account?: { secret: string };
      email?: Record<string, { secret: string }>;
      team?: Record<string, { secret: string }>;
    } = {};
    for (const { kind, name, secret } of await tfa.listSecrets(context, args.user)) {
      if (kind === 'primary_account') config.primary_account = { secret };
      else (config[kind] ??= {})[name] = { secret };
    }
    return { [args.user]: config };
  },
});
