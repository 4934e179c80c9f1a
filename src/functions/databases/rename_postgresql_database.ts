import { lookForNamed, renameDatabase } from '../../capabilities/databases/plans/databases/postgresql.ts';
import { defineFunction } from '../../core/define.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { ownerNamed, ownerParam } from '../../capabilities/databases/rules/named-object.ts';
import { DATABASES, ROLE } from '../../capabilities/databases/rules/own-postgresql.ts';

export default defineFunction({
  name: 'rename_postgresql_database',
  since: 44,
  summary: 'Rename a PostgreSQL database of an account.',
  description: 'All sessions in the database end. Programs must use the new name.',
  access: ['edit-account'],
  role: ROLE,
  effect: 'operates',
  params: {
    oldname: { ...objectName, doc: 'The database, with the account’s prefix: bob_shop.' },
    newname: { ...objectName, doc: 'Its new name, with the account’s prefix: bob_store.' },
    cpuser: ownerParam,
  },
  returns: null,
  examples: [
    {
      args: { oldname: 'bob_shop', newname: 'bob_store' },
      doc: 'Rename bob_shop to bob_store.',
      setUp: ['createacct', 'Postgresql::create_database'],
    },
  ],

  look: ({ oldname, cpuser }, context) => lookForNamed(context, DATABASES, oldname, cpuser),

  async handler({ oldname: from, newname: to, cpuser }, context, found) {
    const owner = await ownerNamed(context, DATABASES, from, cpuser);
    context.plan(await renameDatabase(context, { owner, from, to }, found));
  },
});
