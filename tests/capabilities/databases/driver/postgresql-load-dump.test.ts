// How pg_restore runs: as the account, without secrets in its arguments. tests/soak/postgresql-archives.test.ts loads
// real dumps, and hostile ones.
import { loadDump } from '../../../../src/capabilities/databases/driver/postgresql/archive/load-dump.ts';
import type { MachineTools, OpenFile, ToolOptions } from '../../../../src/core/machine-daemons.ts';
import type { DatabaseConnection, DatabaseServer } from '../../../../src/core/machine-databases.ts';

const as = { uid: 1001, gid: 1002 };
const password = 'a password';

const connection = { query: () => Promise.resolve([{ addresses: 'localhost' }]) };
const server = {
  socket: '/run/postgresql/.s.PGSQL.5432',
  use: (work: (one: DatabaseConnection) => Promise<unknown>) =>
    work(connection as unknown as DatabaseConnection),
} as DatabaseServer;

/** Loads a dump whose last bytes are `end`. @returns the words and options of each run of pg_restore. */
async function load(end: number, list = ''): Promise<{ words: string[]; options: ToolOptions }[]> {
  const runs: { words: string[]; options: ToolOptions }[] = [];
  const tools = {
    run: (_name: string, words: string[], options: ToolOptions) => {
      runs.push({ words, options });
      return Promise.resolve({ status: 0, stdout: list, stderr: '' });
    },
  } as unknown as MachineTools;
  const file = {
    size: 4096,
    read: (buffer: Uint8Array, length: number) => {
      buffer.fill(end, 0, length);
      return Promise.resolve(length);
    },
  } as unknown as OpenFile;
  await loadDump({ tools: () => Promise.resolve(tools) }, server, {
    ...{ file, path: '/root/bob/psql/bob_shop.tar', database: 'bob_shop', as },
    login: { user: 'bob_loader', password },
  });
  return runs;
}

test('pg_restore runs as the Linux user of the account, and its arguments have no password', async () => {
  const runs = await load(0);
  expect(runs.map(({ options }) => options.as)).toEqual([as, as]);
  expect(JSON.stringify(runs.map(({ words }) => words))).not.toContain(password);
});

test('what a new database has already is left out, and no name of the dump is passed on', async () => {
  const [, restore] = await load(
    0,
    '; a comment\n4; 2615 2200 SCHEMA - public postgres\n5; 1259 1 TABLE public --evil bob_app\n',
  );
  expect(restore?.options.privateFile).toEqual([`*:*:*:*:${password}\n`, '5\n']);
});

test('a dump that is cut off is refused before anything runs', async () => {
  await expect(load(1)).rejects.toThrow('is not complete');
});
