import { changeAccount } from '../../life/plans/change-account.ts';
import { defineFunction } from '../../core/define.ts';
import { denied } from '../../core/errors.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as passwords from '../../ground/rules/passwords/passwords.ts';

export default defineFunction({
  name: 'set_digest_auth',
  since: 11,
  summary: 'Enable or disable digest authentication for an account.',
  description:
    'Requires the account’s password as confirmation. No service of this server uses digest authentication yet.',
  access: ['digest-auth'],
  effect: 'operates',
  params: {
    user: { ...existingAccount, required: true, doc: 'The account.' },
    password: { ...passwords.password, required: true, doc: 'The account’s password.' },
    enabledigest: {
      type: 'flag',
      required: true,
      alias: ['digestauth'],
      doc: '1: turn digest authentication on. 0: turn it off.',
    },
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob', password: 'four unusual words, Xylophone', enabledigest: '1' },
      doc: 'Digest authentication for “bob”.',
      setUp: ['createacct'],
    },
  ],

  async look(args, { caller, machine, transaction }) {
    const { username } = await transaction('reads', (db) => accounts.get(db, caller, args.user));
    if (!(await (await machine.users()).verifyPassword(username, args.password))) {
      throw denied(`The password of “${username}” is incorrect.`);
    }
  },

  async handler(args, context) {
    const { caller, db, plan } = context;
    const before = await accounts.get(db, caller, args.user);
    const after = { ...before, settings: { ...before.settings, digestAuth: args.enabledigest } };
    plan(await changeAccount(context, { before, after }));
  },
});
