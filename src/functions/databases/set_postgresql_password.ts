import { lookForNamed, setPassword } from '../../capabilities/databases/plans/databases/postgresql.ts';
import { authoriseAccount } from '../../core/access.ts';
import { defineFunction } from '../../core/define.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { lookForPassword, ownerNamed, ownerParam } from '../../capabilities/databases/rules/named-object.ts';
import { ROLE, USERS } from '../../capabilities/databases/rules/own-postgresql.ts';
import * as passwords from '../../ground/rules/passwords/passwords.ts';

export default defineFunction({
  name: 'set_postgresql_password',
  since: 44,
  summary: 'Set the password of a user of PostgreSQL databases.',
  description:
    'Sessions that are open stay. PostgreSQL gets a hash of the password (SCRAM-SHA-256). The user of a suspended ' +
    'account can log in with it after the account is unsuspended.',
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
      setUp: ['createacct', 'Postgresql::create_user'],
    },
  ],

  look: (args, context) => lookForPassword(context, { ...args, of: USERS }, lookForNamed),

  async handler({ user: name, password, cpuser }, context, { found, rated }) {
    const owner = await ownerNamed(context, USERS, name, cpuser);
    authoriseAccount(context.caller, 'set_postgresql_password', owner);
    context.plan(await setPassword(passwords.withRating(context, rated), { owner, name, password }, found));
  },
});
