import { setPassword } from '../../life/plans/set-password.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { ownPassword } from '../../capabilities/notify/rules/contact-form.ts';
import * as passwords from '../../ground/rules/passwords/passwords.ts';

export default defineUapi({
  name: 'UserManager::change_password',
  since: 116,
  summary: 'Change the password of the account.',
  description:
    'The password must have the strength that this server requires. All sessions of the account end, also the one that ' +
    'makes the call. API tokens keep working: revoke those that you do not trust.',
  effect: 'operates',
  feature: 'password',
  params: {
    newpass: { ...passwords.password, required: true, doc: 'The new password.' },
    oldpass: { ...ownPassword, doc: 'The present password. Wrong ones count as failed logins.' },
    enablemysql: {
      type: 'flag',
      doc: 'Whether to set the password of the database user too.',
      noEffectReason:
        'database users have passwords of their own. Use Mysql::set_password or Postgresql::set_password.',
    },
  },
  returns: null,
  examples: [
    {
      args: { oldpass: 'correct horse battery staple 7', newpass: 'four unusual words, Xylophone' },
      doc: 'A new password.',
    },
  ],

  async look({ oldpass, newpass }, context) {
    const { assertOwnPassword, transaction, caller } = context;
    await assertOwnPassword('oldpass', oldpass);
    const { username, domain } = await transaction('reads', (db) => accounts.getOwn(db, caller));
    return passwords.rateFirst(context, newpass, [username, domain]);
  },

  async handler({ newpass }, { caller, db, plan }, { passwordStrength }) {
    const { username, domain } = await accounts.getOwn(db, caller);
    await passwords.assertStrong({ db, passwordStrength }, newpass, [username, domain], 'passwd');
    plan(setPassword(username, newpass));
  },
});
