import { defineFunction } from '../../core/define.ts';
import { existingUser } from '../../core/params.ts';
import { assertConfirmed } from '../../capabilities/logins/rules/acting-as.ts';
import * as tfa from '../../capabilities/two-factor/rules/tfa.ts';
import * as users from '../../capabilities/logins/rules/users.ts';

export default defineFunction({
  name: 'twofactorauth_get_tfa_config_for_user',
  since: 118,
  summary: 'Export a user’s two-factor authentication secrets for use on another server.',
  description:
    'The response is the input of twofactorauth_set_tfa_config_for_user on the other server. Anyone who reads it ' +
    'can generate that user’s codes: send it through a pipe, not to a file that others can read.',
  access: 'root',
  effect: 'reads',
  params: { user: { ...existingUser, required: true, doc: 'The user whose secrets are exported.' } },
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
          map: { fields: { secret: { type: 'string', doc: 'The email address’s secret, in Base32.' } } },
        },
        team: {
          optional: true,
          keys: 'NAME',
          map: { fields: { secret: { type: 'string', doc: 'A team member’s secret, in Base32.' } } },
        },
      },
    },
  },
  examples: [{ args: { user: 'root' }, doc: 'Export root’s secrets.' }],

  async handler(args, context) {
    if (args.user === context.caller.user) assertConfirmed(context.caller, 'export your secret');
    await users.assertExists(context.db, args.user);
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
