import { lookAtOwnDatabase } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { lookAtSchema } from '../../capabilities/databases/driver/mysql/look-mysql.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';

export default defineUapi({
  name: 'Mysql::dump_database_schema',
  since: 82,
  summary: 'Show the SQL statements that create the tables of a MySQL database.',
  description: 'With views, triggers, routines and events, and without the rows of the tables.',
  feature: FEATURE,
  role: ROLE,
  effect: 'reads',
  params: { dbname: { ...objectName, doc: 'The database.' } },
  returns: { type: 'string', doc: 'The statements.' },
  examples: [
    {
      args: { dbname: 'bob_shop' },
      doc: 'The schema of bob_shop.',
      setUp: ['Mysql::create_database'],
    },
  ],

  look: ({ dbname }, context) =>
    lookAtOwnDatabase(context, dbname, (machine) => lookAtSchema(machine, dbname)),
  handler: (_args, _context, schema) => schema,
});
