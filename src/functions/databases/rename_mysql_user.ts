import { lookForNamed, renameUser } from '../../capabilities/databases/plans/databases/rename-mysql.ts';
import { defineFunction } from '../../core/define.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { ownerNamed, ownerParam } from '../../capabilities/databases/rules/named-object.ts';
import { ROLE, USERS } from '../../capabilities/databases/rules/own-mysql.ts';

export default defineFunction({
  name: 'rename_mysql_user',
  since: 44,
  summary: 'Rename a user of MySQL databases.',
  description:
    'The user keeps its password and privileges. Views, triggers, routines and events that the user defined in the ' +
    'account’s databases get the new name as their definer. Programs must use the new name.',
  access: ['edit-account'],
  role: ROLE,
  effect: 'operates',
  params: {
    oldname: { ...objectName, doc: 'The user, with the account’s prefix: bob_app.' },
    newname: { ...objectName, doc: 'Its new name, with the account’s prefix: bob_site.' },
    cpuser: ownerParam,
  },
  returns: null,
  examples: [
    {
      args: { oldname: 'bob_app', newname: 'bob_site' },
      doc: 'Rename bob_app to bob_site.',
      setUp: ['createacct', 'Mysql::create_user'],
    },
  ],

  look: ({ oldname, cpuser }, context) => lookForNamed(context, USERS, oldname, cpuser),

  async handler({ oldname: from, newname: to, cpuser }, context, found) {
    const owner = await ownerNamed(context, USERS, from, cpuser);
    context.plan(await renameUser(context, { owner, from, to }, found));
  },
});
