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
  readonly network: string;
  readonly processes: string;
}

export interface CommandRequest {
  readonly build: string;
  readonly namespaces: Namespaces;
  readonly pid: number;
  readonly hostname: string;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  readonly argv: readonly string[];
  readonly environment: Environment;
  /** All of standard input, if the server has asked for it. */
  readonly input: Uint8Array | undefined;
}

/** The number of fields before the words of the command line, of which the last one is the number of those words. */
const FIELDS = 14;

/** The latest environment. Commands of one shell have the same one, and it is most of a request. */
let latest: { readonly text: string; readonly environment: Environment } = { text: '', environment: {} };

/**
 * Reads the fields, each ended by NUL, in the order of `fill_request` in `src/client/whmapi1.c`. Undefined if they are
 * not that. The same environment as in the latest request is the same object.
 */
export function readRequest(body: Buffer, input?: Uint8Array): CommandRequest | undefined {
  const text = body.toString('utf8');
  if (!text.endsWith('\0')) return undefined;
  const fields = text.split('\0', FIELDS);
  const count = Number(fields[FIELDS - 1]);
  if (!Number.isSafeInteger(count) || count < 1) return undefined;
  let start = fields.reduce((length, field) => length + field.length + 1, 0);
  const argv: string[] = [];
  while (argv.length < count && start < text.length) {
    const end = text.indexOf('\0', start);
    argv.push(text.slice(start, end));
    start = end + 1;
  }
  if (argv.length < count) return undefined;
  let at = 0;
  const next = () => fields[at++] ?? '';
  const namespace = () => `${next()}:${next()}`;
  const terminal = (): Terminal => ({
    isTerminal: next() === '1',
    columns: Number(next()),
    rows: Number(next()),
  });
  const build = next();
  const namespaces = { network: namespace(), processes: namespace() };
  const pid = Number(next());
  const hostname = next();
  const [stdout, stderr] = [terminal(), terminal()];
  const environment = environmentIn(text.slice(start));
  return { build, namespaces, pid, hostname, stdout, stderr, argv, environment, input };
}

function environmentIn(text: string): Environment {
  if (latest.text !== text) {
    // A part of a string keeps the whole string in memory, and so the words of the request, which can be secret.
    const own = Buffer.from(text).toString();
    latest = { text: own, environment: readEnvironment(own) };
  }
  return latest.environment;
}

function readEnvironment(text: string): Environment {
  const environment: Record<string, string> = {};
  for (const variable of text.split('\0')) {
    const equals = variable.indexOf('=', 1);
    // As in process.env, the first one of a name counts.
    if (equals > 0) environment[variable.slice(0, equals)] ??= variable.slice(equals + 1);
  }
  return environment;
}

export function ownNamespaces(): Namespaces {
  const namespace = (name: string) => {
    const found = statSync(`/proc/self/ns/${name}`, { throwIfNoEntry: false });
    return found === undefined ? '0:0' : `${found.dev}:${found.ino}`;
  };
  return { network: namespace('net'), processes: namespace('pid') };
}

/**
 * Variables on which a response can depend: those of this program, of Node, of its resolver (ares_init_options(3)), of
 * libpq, proxies and the time zone.
 */
const RELEVANT = /^(WHMAPI1_|NODE_|SSL_CERT_|OPENSSL_|PG|TZ$|LOCALDOMAIN$|RES_OPTIONS$)|_proxy$/i;
/** Read for each call, by other commands only, or compared as the path that it means. */
const FREE = /^WHMAPI1_(EXIT_STATUS|STATE_DIR|COMPLETE_WORD|SOCKETS)$/;

/** True if a call gives the same result in either environment. */
export function isSameFor(one: Environment, other: Environment): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names]
    .filter((name) => RELEVANT.test(name) && !FREE.test(name))
    .every((name) => one[name] === other[name]);
}
