import { lookForNamed, renameUser } from '../../capabilities/databases/plans/databases/postgresql.ts';
import { defineFunction } from '../../core/define.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { ownerNamed, ownerParam } from '../../capabilities/databases/rules/named-object.ts';
import { ROLE, USERS } from '../../capabilities/databases/rules/own-postgresql.ts';
import * as passwords from '../../ground/rules/passwords/passwords.ts';

export default defineFunction({
  name: 'rename_postgresql_user',
  since: 44,
  summary: 'Rename a user of PostgreSQL databases, and set its password.',
  description: 'Its databases stay. Programs must use the new name and password.',
  access: ['edit-account'],
  role: ROLE,
  effect: 'operates',
  params: {
    oldname: { ...objectName, doc: 'The user, with the account’s prefix: bob_app.' },
    newname: { ...objectName, doc: 'Its new name, with the account’s prefix: bob_web.' },
    password: { ...passwords.password, required: true },
    cpuser: ownerParam,
  },
  returns: null,
  examples: [
    {
      args: { oldname: 'bob_app', newname: 'bob_web', password: 'correct horse battery staple 7' },
      doc: 'Rename bob_app to bob_web.',
      setUp: ['createacct', 'Postgresql::create_user'],
    },
  ],

  async look({ oldname, newname, password, cpuser }, context) {
    const { transaction, caller } = context;
    const found = await lookForNamed(context, USERS, oldname, cpuser);
    const owner = await transaction('reads', (db) => ownerNamed({ db, caller }, USERS, oldname, cpuser));
    return { found, rated: await passwords.rateFirst(context, password, [owner, newname]) };
  },

  async handler({ oldname: from, newname: to, password, cpuser }, context, { found, rated }) {
    const owner = await ownerNamed(context, USERS, from, cpuser);
    const change = { owner, from, to, password };
    context.plan(await renameUser(passwords.withRating(context, rated), change, found));
  },
});
