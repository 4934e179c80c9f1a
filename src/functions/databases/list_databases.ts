import { lookForEvery } from '../../capabilities/databases/plans/databases/every-server.ts';
import { defineFunction } from '../../core/define.ts';
import { everyFields, listEvery } from '../../capabilities/databases/rules/every-object.ts';

export default defineFunction({
  name: 'list_databases',
  since: 44,
  summary: 'List the databases of all accounts that you see, on MariaDB and PostgreSQL.',
  description: 'What belongs to no account is left out.',
  access: ['mysql-info'],
  effect: 'reads',
  params: {},
  returns: everyFields,
  examples: [
    {
      args: {},
      doc: 'The databases.',
      setUp: ['createacct', 'Mysql::create_database'],
    },
  ],

  look: (_args, context) => lookForEvery(context, 'database'),

  handler: async (_args, context, found) => ({ payload: await listEvery(context, 'database', found) }),
});
