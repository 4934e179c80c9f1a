// Gives a user all privileges on a database, or takes them away.
import { postgresqlOf, type PostgresqlMachine } from '../server.ts';
import { definePostgresqlStep } from '../step.ts';

interface Input {
  readonly database: string;
  readonly user: string;
  readonly isGranted: boolean;
}

export default definePostgresqlStep<Input, { readonly wasGranted: boolean }>({
  kind: 'postgresql/grant',
  describe: ({ database, user, isGranted }) =>
    isGranted
      ? `Give the PostgreSQL user “${user}” all privileges on the database “${database}”.`
      : `Take all privileges on the database “${database}” away from the PostgreSQL user “${user}”, and end its sessions there.`,
  async prepare(machine, { database, user }) {
    const [found] = await (await postgresqlOf(machine)).databases({ names: [database], prefixes: [] });
    return { wasGranted: found?.users.includes(user) ?? false };
  },
  apply: (machine, { input }) => change(machine, input, input.isGranted),
  undo: (machine, { input, memento }) => change(machine, input, memento.wasGranted),
});

async function change(
  machine: PostgresqlMachine,
  { database, user }: Input,
  isGranted: boolean,
): Promise<void> {
  const catalogue = await postgresqlOf(machine);
  await (isGranted ? catalogue.grant(database, user) : catalogue.revoke(database, user));
}
