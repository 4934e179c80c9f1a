// MariaDB’s own clients. mariadb-dump knows the order in which things depend on each other. Both log in through the
// socket, without a password.
import { MachineError } from '../../core/machine-error.ts';
import type { Machine } from '../../core/machine.ts';

export interface ClientTools {
  /** The statements that create everything in a database, without rows. */
  schema(database: string): Promise<string>;
  /** Writes a database to a file that nobody else can read. */
  dump(database: string, file: string): Promise<void>;
  /** Loads such a file into an empty database. */
  load(file: string, database: string): Promise<void>;
  remove(file: string): Promise<void>;
}

const DUMP = { name: 'mariadb-dump', worksInSandbox: true } as const;
const CLIENT = { name: 'mariadb', worksInSandbox: true } as const;
const CONTENT = ['--routines', '--events', '--triggers', '--skip-comments', '--skip-dump-date'];
/** The state of one moment for tables of InnoDB, which stay usable. */
const ROWS = ['--single-transaction', '--hex-blob', '--dump-history'];
const LIMIT_MS = 12 * 3_600_000;

const FOLDER = '/var/lib/whmapi1-database-copies';
const FOLDERS = ['/var', '/var/lib', FOLDER];
/** The path of a dump. */
export const dumpFile = (name: string): string => `${FOLDER}/${encodeURIComponent(name)}.sql`;

/** @param socket of the server; undefined if it is reached over the network. */
export function clientTools(
  machine: Pick<Machine, 'files' | 'tools'>,
  socket: string | undefined,
): ClientTools {
  const ready = async (what: string) => {
    if (socket === undefined) throw new MachineError('failed', `${what} on another server cannot be read.`);
    const login = ['--no-defaults', '--user=root', `--socket=${socket}`, '--skip-ssl'];
    return { tools: await machine.tools([DUMP, CLIENT]), login };
  };
  const files = () => machine.files(['/var']);
  return {
    async schema(database) {
      const { tools, login } = await ready('The schema of a database');
      const words = [...login, '--no-data', ...CONTENT, '--', database];
      return (await tools.run(DUMP.name, words)).stdout;
    },

    async dump(database, file) {
      const { tools, login } = await ready('A database');
      const place = await files();
      for (const folder of FOLDERS)
        await place.makeDirectory(folder, { mode: folder === FOLDER ? 0o700 : 0o755 });
      await place.write(file, '', { mode: 0o600 });
      const words = [...login, ...CONTENT, ...ROWS, { prefix: '--result-file=', path: file }, '--', database];
      await tools.run(DUMP.name, words, { limitMs: LIMIT_MS });
    },

    async load(file, database) {
      const { tools, login } = await ready('A database');
      // Without a new connection after a lost one, which would have no database.
      const words = [
        ...login,
        '--skip-reconnect',
        { prefix: '--execute=source ', path: file },
        '--',
        database,
      ];
      await tools.run(CLIENT.name, words, { limitMs: LIMIT_MS });
    },

    async remove(file) {
      await (await files()).remove(file);
    },
  };
}
