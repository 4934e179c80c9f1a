import {
  lookForOwn,
  repairedTables,
  repairOwnDatabase,
} from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';
import { messageFields, showMessage } from '../../capabilities/databases/rules/table-messages.ts';

export default defineUapi({
  name: 'Mysql::repair_database',
  since: 54,
  summary: 'Repair the tables of a MySQL database.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: { name: { ...objectName, doc: 'The database.' } },
  returns: { list: { fields: messageFields } },
  examples: [
    {
      args: { name: 'bob_shop' },
      doc: 'Repair bob_shop.',
      setUp: ['Mysql::create_database'],
    },
  ],

  look: (_args, context) => lookForOwn(context),

  async handler({ name }, context, found) {
    context.plan(await repairOwnDatabase(context, name, found), (results) =>
      (repairedTables(results) ?? []).map(showMessage),
    );
    return [];
  },
});
