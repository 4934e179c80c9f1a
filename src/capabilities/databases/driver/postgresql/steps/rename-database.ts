// Renames a database. Its sessions end, because PostgreSQL renames no database that is in use.
import { missing, taken } from '../refusals.ts';
import { postgresqlOf } from '../server.ts';
import { definePostgresqlStep } from '../step.ts';

interface Input {
  readonly from: string;
  readonly to: string;
}

export default definePostgresqlStep<Input, { readonly acceptsSessions: boolean }>({
  kind: 'postgresql/rename-database',
  describe: ({ from, to }) => `Rename the PostgreSQL database “${from}” to “${to}”, and end its sessions.`,
  async prepare(machine, { from, to }) {
    const catalogue = await postgresqlOf(machine);
    const acceptsSessions = await catalogue.acceptsSessions(from);
    if (acceptsSessions === undefined) throw missing('database', from);
    if ((await catalogue.acceptsSessions(to)) !== undefined) throw taken('database', to);
    return { acceptsSessions };
  },
  apply: async (machine, { input: { from, to }, memento: { acceptsSessions } }) =>
    (await postgresqlOf(machine)).renameDatabase(from, to, acceptsSessions),
  undo: async (machine, { input: { from, to }, memento: { acceptsSessions } }) =>
    (await postgresqlOf(machine)).undoRenameDatabase(from, to, acceptsSessions),
});
