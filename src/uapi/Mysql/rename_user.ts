import { lookForOwn } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { renameUser } from '../../capabilities/databases/plans/databases/rename-mysql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';

export default defineUapi({
  name: 'Mysql::rename_user',
  since: 44,
  summary: 'Rename a user of MySQL databases.',
  description:
    'The user keeps its password and privileges. Views, triggers, routines and events that the user defined in the ' +
    'account’s databases get the new name as their definer. Programs must use the new name.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: {
    oldname: { ...objectName, doc: 'The user, with the account’s prefix: bob_app.' },
    newname: { ...objectName, doc: 'Its new name, with the account’s prefix: bob_site.' },
  },
  returns: null,
  examples: [
    {
      args: { oldname: 'bob_app', newname: 'bob_site' },
      doc: 'Rename bob_app to bob_site.',
      setUp: ['Mysql::create_user'],
    },
  ],

  look: (_args, context) => lookForOwn(context),

  async handler({ oldname: from, newname: to }, context, found) {
    context.plan(await renameUser(context, { owner: context.caller.user, from, to }, found));
  },
});
