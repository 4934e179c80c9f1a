import { lookForOwn, ownMachine } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { lookAtRoutines } from '../../capabilities/databases/driver/mysql/look-mysql.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { assertOwnUser, FEATURE, ownMysql, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';

export default defineUapi({
  name: 'Mysql::list_routines',
  since: 82,
  summary: 'List the procedures and functions that the account’s MySQL users created.',
  feature: FEATURE,
  role: ROLE,
  effect: 'reads',
  params: {
    database_user: {
      type: 'string',
      maxLength: objectName.maxLength,
      doc: 'Only those of this user. Default: of all users of the account.',
    },
  },
  emptyIsOmitted: true,
  returns: { list: { type: 'string' }, doc: 'Database and name: bob_shop.total.' },
  examples: [{ args: {}, doc: 'Of all users.' }],

  look: async ({ database_user: user }, context) => {
    const found = await lookForOwn(context);
    const users = await context.transaction('reads', async (db) => {
      if (user === undefined) return (await ownMysql(db, context.caller.user, found)).users;
      await assertOwnUser(db, context.caller.user, user, found);
      return [user];
    });
    return lookAtRoutines(await ownMachine(context), users);
  },
  handler: (_args, _context, routines) => routines,
});
