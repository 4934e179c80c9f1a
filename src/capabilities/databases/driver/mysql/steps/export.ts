// Writes an account’s databases and users to files, in the layout of a cpmove archive. The caller of the plan creates and
// removes the directory.
import { FILE } from '../../archive.ts';
import type { MachineFiles } from '../../../../../core/machine-daemons.ts';
import { MachineError } from '../../../../../core/machine-error.ts';
import { archivedUsers } from '../archive/archived-users.ts';
import { assertComplete } from '../archive/complete-dump.ts';
import { dumpFiles, GRANTS_FILE, HASHES_FILE, NOTES_FILE } from '../archive/names.ts';
import { clientTools } from '../client-tools.ts';
import { servedMysql } from '../server.ts';
import { defineMysqlStep } from '../step.ts';

interface Input {
  /** With the folder `mysql`. */
  readonly directory: string;
  readonly databases: readonly string[];
  readonly users: readonly string[];
  /** The host of this machine as the server sees it. */
  readonly client: string;
  /** The remote access list. */
  readonly hosts: readonly { readonly host: string; readonly note: string }[];
}

/** What was left out: sentences. */
export type LeftOut = readonly string[];

export default defineMysqlStep<Input, undefined, LeftOut>({
  kind: 'mysql/export',
  onlyReads: true,
  describe: ({ databases, users }) =>
    `Write ${databases.length} MariaDB databases and ${users.length} database users to files` +
    `${databases.length === 0 ? '' : `: ${databases.join(', ')}`}.`,
  async apply(machine, { input: { directory, databases, users, client, hosts } }) {
    const files = await machine.files([directory]);
    const isEmpty = databases.length + users.length === 0;
    // A sandbox may run no server.
    const server = isEmpty ? undefined : await servedMysql(machine);
    const tools = server && clientTools(machine, server);
    for (const database of databases) {
      const dump = dumpFiles(directory, database);
      for (const path of [dump.create, dump.content]) await files.create(path, '', FILE);
      await tools?.archive(database, dump);
      for (const path of [dump.create, dump.content]) await files.flush(path);
      if (tools !== undefined) await assertWritten(files, [dump.create, dump.content]);
    }
    const { statements, hashes, leftOut } = (await server?.use((connection) =>
      archivedUsers(connection, { users, databases, client }),
    )) ?? { statements: '', hashes: '{}\n', leftOut: [] };
    const notes = Object.fromEntries(hosts.map(({ host, note }) => [host, note]));
    await files.create(`${directory}/${GRANTS_FILE}`, statements, FILE);
    await files.create(`${directory}/${HASHES_FILE}`, hashes, FILE);
    await files.create(`${directory}/${NOTES_FILE}`, `${JSON.stringify(notes, undefined, 2)}\n`, FILE);
    return leftOut;
  },
});

/** Dumps, unlike those of others, always have a beginning that says so. */
async function assertWritten(files: MachineFiles, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const file = await files.open(path);
    if (file === undefined || file.size === 0) throw new MachineError('failed', `“${path}” was not written.`);
    try {
      await assertComplete(file, path);
    } finally {
      file.close();
    }
  }
}
