// Creates a database with the content of a dump. A user who has this database only loads it, as the users of the account
// would, and is then removed. What it created belongs to the role that owns the database.
import { MachineError } from '../../../../../core/machine-error.ts';
import { assertCanLoad, loadDump } from '../archive/load-dump.ts';
import { dumpFile } from '../archive/names.ts';
import { taken } from '../refusals.ts';
import { postgresqlOf, servedPostgresql } from '../server.ts';
import { definePostgresqlStep } from '../step.ts';

interface Input {
  readonly directory: string;
  readonly database: string;
  /** The name of the user who loads the dump. */
  readonly loader: string;
  /** The account, whose Linux user reads the dump. */
  readonly username: string;
}

/** The part of the plan’s secret, as JSON, that this step reads: the password of the user who loads the dump. */
export interface LoaderPassword {
  readonly loader: {
    readonly password: string;
    /** What PostgreSQL stores instead of it. */
    readonly verifier: string;
  };
}

export default definePostgresqlStep<Input>({
  kind: 'postgresql/import-database',
  describe: ({ database }) =>
    `Create the PostgreSQL database “${database}”, and load its dump with privileges on nothing else.`,
  async prepare(machine, { database }) {
    const found = await (await postgresqlOf(machine)).databases({ names: [database], prefixes: [] });
    if (found.length > 0) throw taken('database', database);
    await servedPostgresql(machine);
    await assertCanLoad(machine);
  },
  async apply(machine, { input: { directory, database, loader, username }, secret }) {
    const { password, verifier } = (JSON.parse(secret) as LoaderPassword).loader;
    const server = await servedPostgresql(machine);
    const catalogue = await postgresqlOf(machine);
    const user = await (await machine.users()).find(username);
    if (user === undefined) throw new MachineError('not_found', `There is no Linux user “${username}”.`);
    const path = dumpFile(directory, database);
    const file = await (await machine.files([directory])).open(path);
    if (file === undefined) throw new MachineError('failed', `The file “${path}” does not exist.`);
    try {
      await catalogue.createDatabase(database);
      await catalogue.createUser(loader, verifier);
      await catalogue.grant(database, loader);
      const login = { user: loader, password };
      const as = { uid: user.uid, gid: user.gid };
      await loadDump(machine, server, { file, path, database, login, as });
      await catalogue.dropUser(loader);
    } finally {
      file.close();
    }
  },
  async undo(machine, { input: { database, loader } }) {
    const catalogue = await postgresqlOf(machine);
    // pg_restore may still run. It cannot connect again, and its session ends.
    await catalogue.lock([loader]);
    await catalogue.undoCreateDatabase(database);
    await catalogue.undoCreateUser(loader);
  },
});
