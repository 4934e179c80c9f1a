import { lookFor, renameDatabase } from '../../capabilities/databases/plans/databases/postgresql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-postgresql.ts';

export default defineUapi({
  name: 'Postgresql::rename_database',
  since: 42,
  summary: 'Rename a PostgreSQL database.',
  description: 'All sessions in the database end. Programs must use the new name.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: {
    oldname: { ...objectName, doc: 'The database, with the account’s prefix: bob_shop.' },
    newname: {
      ...objectName,
      doc: 'Its new name, with the account’s prefix: bob_store. Lower-case letters, digits and “_”.',
    },
  },
  returns: null,
  examples: [
    {
      args: { oldname: 'bob_shop', newname: 'bob_store' },
      doc: 'Rename bob_shop to bob_store.',
      setUp: ['Postgresql::create_database'],
    },
  ],

  look: (_args, context) => lookFor(context, context.caller.user),

  async handler({ oldname: from, newname: to }, context, found) {
    context.plan(await renameDatabase(context, { owner: context.caller.user, from, to }, found));
  },
});
