import {
  lookForNamed,
  renameDatabase,
  tellAboutRenamed,
} from '../../capabilities/databases/plans/databases/rename-mysql.ts';
import { defineFunction } from '../../core/define.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { ownerNamed, ownerParam } from '../../capabilities/databases/rules/named-object.ts';
import { DATABASES, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';

export default defineFunction({
  name: 'rename_mysql_database',
  since: 44,
  summary: 'Rename a MySQL database of an account.',
  description:
    'Tables, views, triggers, routines, events and privileges get the new name at once. Programs must use it from then ' +
    'on. No rows are copied. The call fails, and changes nothing, if a session keeps a table in use for 10 seconds. ' +
    'With --dry-run, the call shows what would be moved and locked.',
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
      setUp: ['createacct', 'Mysql::create_database'],
    },
  ],

  look: ({ oldname, cpuser }, context) => lookForNamed(context, DATABASES, oldname, cpuser),

  async handler({ oldname: from, newname: to, cpuser }, context, found) {
    const owner = await ownerNamed(context, DATABASES, from, cpuser);
    context.plan(await renameDatabase(context, { owner, from, to }, found), (results) =>
      tellAboutRenamed(context, [{ from, to }], results),
    );
  },
});
