import { lookForOwn } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import {
  renameDatabase,
  tellAboutRenamed,
} from '../../capabilities/databases/plans/databases/rename-mysql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';

export default defineUapi({
  name: 'Mysql::rename_database',
  since: 44,
  summary: 'Rename a MySQL database.',
  description:
    'Tables, views, triggers, routines, events and privileges get the new name at once. Programs must use it from then ' +
    'on. No rows are copied. The call fails, and changes nothing, if a session keeps a table in use for 10 seconds.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: {
    oldname: { ...objectName, doc: 'The database, with the account’s prefix: bob_shop.' },
    newname: { ...objectName, doc: 'Its new name, with the account’s prefix: bob_store.' },
  },
  returns: null,
  examples: [
    {
      args: { oldname: 'bob_shop', newname: 'bob_store' },
      doc: 'Rename bob_shop to bob_store.',
      setUp: ['Mysql::create_database'],
    },
  ],

  look: (_args, context) => lookForOwn(context),

  async handler({ oldname: from, newname: to }, context, found) {
    const owner = context.caller.user;
    context.plan(await renameDatabase(context, { owner, from, to }, found), (results) => {
      tellAboutRenamed(context, [{ from, to }], results);
    });
  },
});
