// Renames a user. It keeps its password, unless the plan’s secret is what PostgreSQL stores instead of a new one.
import { missing, taken } from '../refusals.ts';
import { postgresqlOf } from '../server.ts';
import { definePostgresqlStep } from '../step.ts';

interface Input {
  readonly from: string;
  readonly to: string;
  /** The plan has a secret. */
  readonly hasPassword: boolean;
}

export default definePostgresqlStep<Input>({
  kind: 'postgresql/rename-user',
  describe: ({ from, to, hasPassword }) =>
    `Rename the PostgreSQL user “${from}” to “${to}”${hasPassword ? ', and set its password' : ''}.`,
  async prepare(machine, { from, to }) {
    const found = await (await postgresqlOf(machine)).users({ names: [from, to], prefixes: [] });
    if (!found.includes(from)) throw missing('user', from);
    if (found.includes(to)) throw taken('user', to);
  },
  apply: async (machine, { input: { from, to, hasPassword }, secret }) =>
    (await postgresqlOf(machine)).renameUser(from, to, hasPassword ? secret : undefined),
  // The former password is not known: then only the name is as before.
  undo: async (machine, { input: { from, to } }) => (await postgresqlOf(machine)).undoRenameUser(from, to),
});
