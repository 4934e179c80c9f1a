import { setPassword } from '../../life/plans/set-password.ts';
import type { Context } from '../../core/context.ts';
import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import { assertConfirmed, assertNotAbove } from '../../capabilities/logins/rules/acting-as.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as passwords from '../../ground/rules/passwords/passwords.ts';

export default defineFunction({
  name: 'passwd',
  since: 11,
  summary: 'Set the password of an account.',
  description:
    'The password must have the strength that this server requires. On a suspended account, it works after the ' +
    'account is unsuspended. Root can set its own password, which is the server’s root password and also works ' +
    'for logins to whmapi1d. All sessions of the account end.',
  access: ['passwd'],
  effect: 'operates',
  params: {
    user: { ...existingAccount, required: true, doc: 'The account.' },
    password: { ...passwords.password, required: true, alias: ['pass'] },
    db_pass_update: {
      type: 'flag',
      doc: 'Whether to set the password of the database user too.',
      noEffectReason:
        'database users have passwords of their own. Use set_mysql_password or set_postgresql_password.',
    },
    digestauth: {
      type: 'flag',
      alias: ['enabledigest'],
      doc: 'Whether to turn digest authentication on.',
      noEffectReason: 'use set_digest_auth.',
    },
  },
  returns: {
    app: {
      list: { type: 'string' },
      doc: 'The services that use the new password: “system” is the logins of the server.',
    },
  },
  list: 'app',
  examples: [
    {
      args: { user: 'bob', password: 'four unusual words, Xylophone' },
      doc: 'A new password for “bob”.',
      setUp: ['createacct'],
    },
  ],

  async look({ user, password }, context) {
    const { username, domain } = await context.transaction('reads', (db) => find({ ...context, db }, user));
    return passwords.rateFirst(context, password, [username, domain]);
  },

  async handler(args, context, { passwordStrength }) {
    const { caller, db, plan } = context;
    const { username, domain } = await find(context, args.user);
    if (username === caller.user) assertConfirmed(caller, 'set your password');
    await assertNotAbove(db, caller, username);
    await passwords.assertStrong({ db, passwordStrength }, args.password, [username, domain], 'passwd');
    plan(setPassword(username, args.password));
    return { app: ['system'] };
  },
});

/** Root can set its own password too. */
async function find(
  { db, caller, system }: Pick<Context, 'db' | 'caller' | 'system'>,
  user: string,
): Promise<{ readonly username: string; readonly domain: string }> {
  const isOwn = user === 'root' && caller.user === 'root' && caller.privileges === 'all';
  return isOwn ? { username: 'root', domain: system.hostname() } : accounts.get(db, caller, user);
}
