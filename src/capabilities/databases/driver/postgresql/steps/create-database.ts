// Creates a database, which only users with privileges on it may use.
import { taken } from '../refusals.ts';
import { postgresqlOf } from '../server.ts';
import { definePostgresqlStep } from '../step.ts';

export default definePostgresqlStep<{ readonly name: string }>({
  kind: 'postgresql/create-database',
  describe: ({ name }) => `Create the PostgreSQL database “${name}”.`,
  async prepare(machine, { name }) {
    const found = await (await postgresqlOf(machine)).databases({ names: [name], prefixes: [] });
    if (found.length > 0) throw taken('database', name);
  },
  apply: async (machine, { input: { name } }) => (await postgresqlOf(machine)).createDatabase(name),
  undo: async (machine, { input: { name } }) => (await postgresqlOf(machine)).undoCreateDatabase(name),
});
