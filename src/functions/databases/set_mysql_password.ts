import { refusedPasswords, setPassword } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { lookForNamed } from '../../capabilities/databases/plans/databases/rename-mysql.ts';
import { authoriseAccount } from '../../core/access.ts';
import { defineFunction } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { lookForPassword, ownerNamed, ownerParam } from '../../capabilities/databases/rules/named-object.ts';
import { ROLE, USERS } from '../../capabilities/databases/rules/own-mysql.ts';
import * as passwords from '../../ground/rules/passwords/passwords.ts';

export default defineFunction({
  name: 'set_mysql_password',
  since: 44,
  summary: 'Set the password of a user of MySQL databases.',
  description:
    'The password is set for every host from which the user connects. Sessions that are open stay. The user of a ' +
    'suspended account can log in with it after the account is unsuspended.',
  access: ['passwd'],
  role: ROLE,
  effect: 'operates',
  params: {
    user: { ...objectName, actsOn: false, doc: 'The user, with the account’s prefix: bob_app.' },
    password: { ...passwords.password, required: true },
    cpuser: ownerParam,
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob_app', password: 'correct horse battery staple 7' },
      doc: 'Set the password of bob_app.',
      setUp: ['createacct', 'Mysql::create_user'],
    },
  ],

  look: (args, context) => lookForPassword(context, { ...args, of: USERS }, lookForNamed),

  async handler({ user: name, password, cpuser }, context, { found, rated }) {
    const owner = await ownerNamed(context, USERS, name, cpuser);
    authoriseAccount(context.caller, 'set_mysql_password', owner);
    context.plan(
      await setPassword(passwords.withRating(context, rated), { owner, user: name, password }, found),
      (results) => {
        const refused = refusedPasswords(results) ?? [];
        if (refused.length === 0) return undefined;
        const reasons = refused.map(({ host, error }) => `${host}: ${error}`);
        throw new ApiError('host_failed', `The server refused the password. ${reasons.join(' ')}`);
      },
    );
  },
});
