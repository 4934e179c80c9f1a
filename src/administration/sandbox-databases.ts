// Runs MariaDB and PostgreSQL for the databases of a sandbox, as processes of this user, if they are installed. Only this
// user reaches their sockets, and they have no network, so that their administrators need no passwords.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, closeSync, constants, existsSync, mkdirSync, mkdtempSync, openSync } from 'node:fs';
import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ApiError, badParam } from '../core/errors.ts';
import type { DatabaseServer } from '../core/machine-databases.ts';
import { processesOf } from '../machine/processes.ts';
import { announceOwnProcess, readOwnProcess, retireOwnProcess } from '../machine/services/own-process.ts';

const START_PAUSE_MS = 50;
const MAX_START_PAUSES = 1200;
const SEARCH_PATH = '/usr/sbin:/usr/bin:/sbin:/bin';
const environment = { PATH: SEARCH_PATH, LC_ALL: 'C' };
/** The longest path of a UNIX socket, in bytes. */
const MAX_SOCKET_PATH = 107;
const POSTGRESQL_VERSIONS = '/usr/lib/postgresql';
const isRoot = () => process.geteuid?.() === 0;

export interface SandboxDatabase {
  /** What runs and how to use it, or why it does not run. One line. */
  readonly line: string;
  /** Resolves with the name and the last lines of the log if the server exits by itself. Absent if none runs. */
  readonly ended?: Promise<{ readonly name: string; readonly log: string }>;
  /** Stops it in good order. */
  readonly stop: () => Promise<void>;
}

interface Kind {
  readonly name: string;
  readonly unit: string;
  /** The name of its socket’s file. */
  readonly socketFile: string;
  /** Its data, relative to the folder of services. */
  readonly data: string;
  readonly signal: NodeJS.Signals;
  /** Why it cannot run here. Undefined if it can. */
  readonly obstacle: (data: string) => string | undefined;
  readonly initialise: (data: string) => readonly [program: string, ...words: string[]];
  /** `folder`: of the socket. */
  readonly command: (data: string, socket: string, folder: string) => readonly [string, ...string[]];
  readonly connect: (socket: string) => Promise<DatabaseServer>;
  /** The client’s command. */
  readonly client: (socket: string, folder: string) => string;
}

const mariadb: Kind = {
  ...{ name: 'MariaDB', unit: 'mariadb.service', socketFile: 'mariadb.sock', data: 'mariadb' },
  signal: 'SIGTERM',
  obstacle: () =>
    SEARCH_PATH.split(':').some((folder) => isExecutable(join(folder, 'mariadbd')))
      ? undefined
      : 'it is not installed (Debian package mariadb-server)',
  initialise: (data) => [
    ...(['mariadb-install-db', '--no-defaults', `--user=${userInfo().username}`] as const),
    ...[`--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'],
  ],
  command: (data, socket) => [
    ...(['mariadbd', '--no-defaults', `--user=${userInfo().username}`] as const),
    ...[`--datadir=${data}`, `--socket=${socket}`, `--pid-file=${join(data, 'mariadb.pid')}`],
    ...['--skip-networking', '--local-infile=OFF', '--symbolic-links=OFF', '--performance-schema=OFF'],
    ...['--innodb-buffer-pool-size=16M', '--innodb-log-file-size=8M'],
  ],
  connect: async (socket) => new (await import('../machine/databases/mysql.ts')).MysqlServer({ socket }),
  client: (socket) => `mariadb --user=root --socket=${socket}`,
};

const PORT = 5432;
const postgresql: Kind = {
  ...{ name: 'PostgreSQL', unit: 'postgresql.service', socketFile: `.s.PGSQL.${PORT}`, data: 'postgresql' },
  signal: 'SIGINT',
  obstacle: (data) => {
    if (isRoot()) return 'it never runs as root';
    if (postgresqlFolder(data) !== undefined) return undefined;
    const version = versionOf(data);
    return version === undefined
      ? 'it is not installed (Debian package postgresql)'
      : `the version of its data is not installed (Debian package postgresql-${version})`;
  },
  initialise: (data) => [
    ...([join(postgresqlFolder(data) ?? '', 'initdb'), `--pgdata=${data}`, '--username=root'] as const),
    ...['--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8'],
  ],
  command: (data, _socket, folder) => {
    const settings = [
      ...['listen_addresses=', `port=${PORT}`, `unix_socket_directories=${folder}`],
      ...['shared_buffers=16MB', 'unix_socket_permissions=0700'],
    ];
    const program = join(postgresqlFolder(data) ?? '', 'postgres');
    return [program, '-D', data, ...settings.flatMap((setting) => ['-c', setting])];
  },
  connect: async (socket) =>
    new (await import('../machine/databases/postgresql.ts')).PostgresqlServer({ socket }),
  client: (_socket, folder) => `psql --host=${folder} --username=root postgres`,
};

/** Starts the servers that are installed. @throws ApiError `bad_param` if one already runs; `host_failed` if one fails. */
export async function startSandboxDatabases(folder: string): Promise<readonly SandboxDatabase[]> {
  const starting = await Promise.allSettled([mariadb, postgresql].map((kind) => start(kind, folder)));
  const failed = starting.find((one) => one.status === 'rejected');
  const started = starting.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (failed === undefined) return started;
  for (const { stop } of started) await stop();
  throw failed.reason;
}

async function start(kind: Kind, folder: string): Promise<SandboxDatabase> {
  const { name, unit } = kind;
  const data = join(folder, kind.data);
  const obstacle = kind.obstacle(data);
  if (obstacle !== undefined) {
    return { line: `${name} is only recorded, because ${obstacle}.`, stop: () => Promise.resolve() };
  }
  const running = readOwnProcess(folder, unit);
  if (running !== undefined) {
    const [pid = ''] = running.process.split(' ');
    throw badParam(`The ${name} of this sandbox already runs as the process ${pid}.`);
  }
  if (!existsSync(data)) await initialise(kind, data);
  const sockets = placeSocket(folder, kind.socketFile);
  const log = join(folder, `${kind.data}.log`);
  const child = await run(kind.command(data, sockets.path, sockets.folder), folder, log);
  const ended = once(child, 'exit').then(() => ({ name, log: lastLines(log) }));
  const stop = async () => {
    retireOwnProcess(folder, unit);
    if (child.exitCode === null && child.signalCode === null) child.kill(kind.signal);
    await ended;
    sockets.remove();
  };
  if (!(await answers(child, await kind.connect(sockets.path)))) {
    await stop();
    throw new ApiError('host_failed', `${name} did not start. Its log ends with: ${lastLines(log)}`);
  }
  const process = processesOf({
    pid: child.pid ?? 0,
    kill: globalThis.process.kill.bind(globalThis.process),
  });
  announceOwnProcess(folder, unit, { socket: sockets.path, process: process.own() });
  return { line: `${name}: ${kind.client(sockets.path, sockets.folder)}`, ended, stop };
}

/** Beside the data first, so that an interrupted start leaves nothing that looks complete. */
async function initialise({ name, initialise: command }: Kind, data: string): Promise<void> {
  const draft = `${data}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  const [program, ...words] = command(draft);
  try {
    await promisify(execFile)(program, words, { env: { ...environment, HOME: draft } });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new ApiError('host_failed', `${name} could not create its data: ${stderr.trim().slice(-500)}`);
  }
  renameSync(draft, data);
}

/** In the folder of services, or below the temporary directory if that path is too long for a socket. */
function placeSocket(folder: string, file: string) {
  const path = join(folder, file);
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH) {
    return { path, folder, remove: () => rmSync(path, { force: true }) };
  }
  const short = mkdtempSync(join(tmpdir(), 'whmapi1-'));
  const remove = () => rmSync(short, { recursive: true, force: true });
  return { path: join(short, file), folder: short, remove };
}

async function run(
  [program, ...words]: readonly [string, ...string[]],
  folder: string,
  log: string,
): Promise<ChildProcess> {
  const output = openSync(log, 'w', 0o600);
  const child = spawn(program, words, { stdio: ['ignore', output, output], cwd: folder, env: environment });
  closeSync(output);
  await once(child, 'spawn');
  return child;
}

async function answers(child: ChildProcess, server: DatabaseServer): Promise<boolean> {
  for (let pauses = 0; pauses < MAX_START_PAUSES && child.exitCode === null; pauses++) {
    try {
      await server.use((connection) => connection.query('SELECT 1'));
      return true;
    } catch {
      await pause(START_PAUSE_MS);
    }
  }
  return false;
}

/** Returns the folder of the version that wrote the data, or of the newest version. Undefined if it is not installed. */
function postgresqlFolder(data: string): string | undefined {
  if (!existsSync(POSTGRESQL_VERSIONS)) return undefined;
  const own = versionOf(data);
  const versions = own === undefined ? readdirSync(POSTGRESQL_VERSIONS) : [own];
  return versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(POSTGRESQL_VERSIONS, version, 'bin'))
    .find((path) => isExecutable(join(path, 'postgres')) && isExecutable(join(path, 'initdb')));
}

/** The version that created the data. Undefined if there are none yet. */
function versionOf(data: string): string | undefined {
  const file = join(data, 'PG_VERSION');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function lastLines(log: string): string {
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-3).join(' / ');
}
