// How MariaDB’s own clients log in: through the socket, without a password, or over the network with an option file that
// nobody else can read. It is in memory (/run) and is removed afterwards. No password is an argument of a process.
import { randomUUID } from 'node:crypto';
import type { DatabasePlace, DatabaseServer } from '../../core/machine-databases.ts';
import type { ToolWord } from '../../core/machine-daemons.ts';
import { MachineError } from '../../core/machine-error.ts';
import type { Machine } from '../../core/machine.ts';

/** What the tools need to know of a server. */
export type Reachable = Pick<DatabaseServer, 'socket' | 'place'>;

const FOLDER = '/run/whmapi1-mysql';

/** @param work receives the first arguments of a client. */
export async function withLogin<T>(
  machine: Pick<Machine, 'files'>,
  { socket, place }: Reachable,
  work: (login: readonly ToolWord[]) => Promise<T>,
): Promise<T> {
  if (socket !== undefined) {
    return work(['--no-defaults', '--user=root', `--socket=${socket}`, '--skip-ssl']);
  }
  if (place === undefined)
    throw new MachineError('failed', 'The MariaDB server has no address for its tools.');
  const files = await machine.files([FOLDER]);
  await files.makeDirectory(FOLDER, { mode: 0o700 });
  const path = `${FOLDER}/${randomUUID()}.cnf`;
  try {
    await files.write(path, optionFile(place), { mode: 0o600 });
    return await work([{ prefix: '--defaults-file=', path }]);
  } finally {
    await files.remove(path);
  }
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
