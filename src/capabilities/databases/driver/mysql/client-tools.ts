// MariaDB’s own clients. mariadb-dump knows the order in which things depend on each other.
import { PRIVATE_FILE, type ToolOptions, type ToolWord } from '../../../../core/machine-daemons.ts';
import type { Machine } from '../../../../core/machine.ts';
import type { DatabasePlace, DatabaseServer } from '../../../../core/machine-databases.ts';
import { MachineError } from '../../../../core/machine-error.ts';

export interface ClientTools {
  /** The statements that create everything in a database, without rows. */
  schema(database: string): Promise<string>;
  /** Writes a database to a file that nobody else can read. */
  dump(database: string, file: string): Promise<void>;
  /** Loads such a file into an empty database. */
  load(file: string, database: string): Promise<void>;
  remove(file: string): Promise<void>;
  /** Writes a database to two existing files: `create` with the database itself, `content` with what is in it. */
  archive(database: string, files: { readonly create: string; readonly content: string }): Promise<void>;
}

const DUMP = { name: 'mariadb-dump', worksInSandbox: true } as const;
const CLIENT = { name: 'mariadb', worksInSandbox: true } as const;
const PARTS = ['--routines', '--events', '--triggers'];
const CONTENT = [...PARTS, '--skip-comments', '--skip-dump-date'];
/** The state of one moment for tables of InnoDB, which stay usable. */
const ROWS = ['--single-transaction', '--hex-blob', '--dump-history'];
const LIMIT_MS = 12 * 3_600_000;

const FOLDER = '/var/lib/whmapi1-database-copies';
const FOLDERS = ['/var', '/var/lib', FOLDER];
/** The path of a dump. */
export const dumpFile = (name: string): string => `${FOLDER}/${encodeURIComponent(name)}.sql`;

export function clientTools(machine: Pick<Machine, 'files' | 'tools'>, server: Reachable): ClientTools {
  const run = async (name: string, words: readonly ToolWord[], options?: ToolOptions) => {
    const tools = await machine.tools([DUMP, CLIENT]);
    const { words: login, privateFile } = loginAt(server);
    return tools.run(name, [...login, ...words], { ...options, ...(privateFile && { privateFile }) });
  };
  const files = () => machine.files(['/var']);
  return {
    async schema(database) {
      return (await run(DUMP.name, ['--no-data', ...CONTENT, '--', database])).stdout;
    },

    async dump(database, file) {
      const place = await files();
      for (const folder of FOLDERS)
        await place.makeDirectory(folder, { mode: folder === FOLDER ? 0o700 : 0o755 });
      await place.write(file, '', { mode: 0o600 });
      const words = [...CONTENT, ...ROWS, { prefix: '--result-file=', path: file }, '--', database];
      await run(DUMP.name, words, { limitMs: LIMIT_MS });
    },

    async load(file, database) {
      // Without a new connection after a lost one, which would have no database.
      const words = ['--skip-reconnect', { prefix: '--execute=source ', path: file }, '--', database];
      await run(CLIENT.name, words, { limitMs: LIMIT_MS });
    },

    async remove(file) {
      await (await files()).remove(file);
    },

    async archive(database, { create, content }) {
      const to = (path: string) => ({ prefix: '--result-file=', path });
      const limit = { limitMs: LIMIT_MS };
      const itself = ['--no-data', '--no-create-info', '--skip-triggers', '--databases'];
      await run(DUMP.name, [...itself, to(create), '--', database], limit);
      await run(DUMP.name, [...PARTS, ...ROWS, to(content), '--', database], limit);
    },
  };
}

// How MariaDB’s own clients log in: through the socket, without a password, or over the network with an option file in
// memory that has no name. No password is an argument of a process, and none remains if a process is killed.

/** What the tools need to know of a server. */
type Reachable = Pick<DatabaseServer, 'socket' | 'place'>;

interface Login {
  /** The first arguments of a client. */
  readonly words: readonly string[];
  readonly privateFile?: string;
}

function loginAt({ socket, place }: Reachable): Login {
  if (socket !== undefined)
    return { words: ['--no-defaults', '--user=root', `--socket=${socket}`, '--skip-ssl'] };
  if (place === undefined)
    throw new MachineError('failed', 'The MariaDB server has no address for its tools.');
  return { words: [`--defaults-file=${PRIVATE_FILE}`], privateFile: optionFile(place) };
}

/** TLS as this program’s own connections use it: if the server offers it, without a check of the certificate. */
function optionFile({ host, port, user, password }: DatabasePlace): string {
  const options = { host, port: String(port), user, password };
  const lines = Object.entries(options).map(([name, value]) => `${name}=${quoted(value)}`);
  return ['[client]', 'protocol=tcp', 'skip-ssl-verify-server-cert', ...lines, ''].join('\n');
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

const quoted = (value: string) => `"${value.replaceAll(/[\\"\n\r\t]/g, (one) => escapes[one] ?? one)}"`;
