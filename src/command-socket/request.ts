// What the native command says about itself: its build, where it runs, its words and its environment.
import { statSync } from 'node:fs';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Terminal {
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly rows: number;
}

/** Namespaces of the kernel: the device and the inode of each. */
interface Namespaces {
  readonly mounts: string;
  readonly network: string;
  readonly processes: string;
}

export interface CommandRequest {
  readonly build: string;
  readonly namespaces: Namespaces;
  readonly hostname: string;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  readonly argv: readonly string[];
  readonly environment: Environment;
}

/** Reads the fields, each ended by NUL, in the order of `fill` in `src/client/whmapi1.c`. Undefined if they are not that. */
export function readRequest(body: Buffer): CommandRequest | undefined {
  const fields = body.toString('utf8').split('\0');
  if (fields.pop() !== '') return undefined;
  let at = 0;
  const next = () => fields[at++] ?? '';
  const namespace = () => `${next()}:${next()}`;
  const terminal = (): Terminal => ({
    isTerminal: next() === '1',
    columns: Number(next()),
    rows: Number(next()),
  });
  const build = next();
  const namespaces = { mounts: namespace(), network: namespace(), processes: namespace() };
  const hostname = next();
  const [stdout, stderr] = [terminal(), terminal()];
  const count = Number(next());
  if (!Number.isSafeInteger(count) || count < 1 || at + count > fields.length) return undefined;
  const argv = fields.slice(at, at + count);
  const environment: Record<string, string> = {};
  for (const variable of fields.slice(at + count)) {
    const equals = variable.indexOf('=', 1);
    // As in process.env, the first one of a name counts.
    if (equals > 0) environment[variable.slice(0, equals)] ??= variable.slice(equals + 1);
  }
  return { build, namespaces, hostname, stdout, stderr, argv, environment };
}

export function ownNamespaces(): Namespaces {
  const namespace = (name: string) => {
    const found = statSync(`/proc/self/ns/${name}`, { throwIfNoEntry: false });
    return found === undefined ? '0:0' : `${found.dev}:${found.ino}`;
  };
  return { mounts: namespace('mnt'), network: namespace('net'), processes: namespace('pid') };
}

/** Variables on which a response can depend: those of this program, of Node, of libpq, proxies and the time zone. */
const RELEVANT = /^(WHMAPI1_|NODE_|SSL_CERT_|OPENSSL_|PG|TZ$)|_proxy$/i;
/** Read for each call, by other commands only, or compared as the path that it means. */
const FREE = /^WHMAPI1_(EXIT_STATUS|STATE_DIR|COMPLETE_WORD|SOCKETS)$/;

/** Whether a call gives the same result in either environment. */
export function isSameFor(one: Environment, other: Environment): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names]
    .filter((name) => RELEVANT.test(name) && !FREE.test(name))
    .every((name) => one[name] === other[name]);
}
