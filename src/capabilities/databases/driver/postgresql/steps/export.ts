// Writes an account’s databases and users to files, in the layout of a cpmove archive. The caller of the plan creates and
// removes the directory.
import { defineStep } from '../../../../../core/plan.ts';
import { FILE } from '../../archive.ts';
import { dumpFile, GRANTS_FILE, USERS_FILE } from '../archive/names.ts';
import { clientTools } from '../client-tools.ts';
import { servedPostgresql } from '../server.ts';

interface Input {
  /** With the folder `psql`. */
  readonly directory: string;
  readonly databases: readonly { readonly name: string; readonly users: readonly string[] }[];
  readonly users: readonly string[];
}

export default defineStep<Input>({
  kind: 'postgresql/export',
  describe: ({ databases, users }) =>
    `Write ${databases.length} PostgreSQL databases and ${users.length} database users to files` +
    `${databases.length === 0 ? '' : `: ${databases.map(({ name }) => name).join(', ')}`}.`,
  async apply(machine, { input: { directory, databases, users } }) {
    // A sandbox may run no server.
    if (databases.length + users.length === 0) return;
    const server = await servedPostgresql(machine);
    const tools = clientTools(machine, server);
    const files = await machine.files([directory]);
    for (const { name } of databases) {
      const path = dumpFile(directory, name);
      await files.create(path, '', FILE);
      await tools.archive(name, path);
      await files.flush(path);
    }
    const { logins, grants } = await server.use(async (connection) => {
      const rows = await connection.query<{ name: string; verifier: string | null }>(
        'SELECT rolname::text AS name, rolpassword AS verifier FROM pg_authid WHERE rolname = ANY ($1) ORDER BY 1',
        [[...users]],
      );
      const quoted = (name: string) => connection.identifier(name);
      return {
        logins: rows.map(({ name, verifier }) => {
          const password = verifier === null ? '' : ` PASSWORD ${connection.literal(verifier)}`;
          return `CREATE ROLE ${quoted(name)} LOGIN${password};`;
        }),
        grants: databases.flatMap(({ name, users: members }) =>
          members
            .filter((user) => users.includes(user))
            .map((user) => `GRANT ALL PRIVILEGES ON DATABASE ${quoted(name)} TO ${quoted(user)};`),
        ),
      };
    });
    const text = (comment: string, lines: readonly string[]) => [`-- ${comment}`, ...lines, ''].join('\n');
    await files.create(`${directory}/${USERS_FILE}`, text('Users of PostgreSQL databases.', logins), FILE);
    await files.create(`${directory}/${GRANTS_FILE}`, text('Which users have which database.', grants), FILE);
  },
});
