import { lookAtOwnDatabase } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { lookAtTables } from '../../capabilities/databases/driver/mysql/look-mysql.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';
import { messageFields, showMessage } from '../../capabilities/databases/rules/table-messages.ts';

export default defineUapi({
  name: 'Mysql::check_database',
  since: 54,
  summary: 'Look for errors in the tables of a MySQL database.',
  feature: FEATURE,
  role: ROLE,
  effect: 'reads',
  params: { name: { ...objectName, doc: 'The database.' } },
  returns: { list: { fields: messageFields } },
  examples: [
    {
      args: { name: 'bob_shop' },
      doc: 'Check bob_shop.',
      setUp: ['Mysql::create_database'],
    },
  ],

  look: ({ name }, context) => lookAtOwnDatabase(context, name, (machine) => lookAtTables(machine, name)),
  handler: (_args, _context, messages) => messages.map(showMessage),
});
