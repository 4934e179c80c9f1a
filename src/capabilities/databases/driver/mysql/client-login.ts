// How MariaDB’s own clients log in: through the socket, without a password, or over the network with an option file in
// memory that has no name. No password is an argument of a process, and none remains if a process is killed.
import type { DatabasePlace, DatabaseServer } from '../../../../core/machine-databases.ts';
import { PRIVATE_FILE } from '../../../../core/machine-daemons.ts';
import { MachineError } from '../../../../core/machine-error.ts';

/** What the tools need to know of a server. */
export type Reachable = Pick<DatabaseServer, 'socket' | 'place'>;

interface Login {
  /** The first arguments of a client. */
  readonly words: readonly string[];
  readonly privateFile?: string;
}

export function loginAt({ socket, place }: Reachable): Login {
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
