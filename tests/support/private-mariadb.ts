// A MariaDB for tests: a process whose data and socket are below a temporary directory. It is ended by its process ID.
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PrivateMount } from '../process/private-mount.ts';
import { endWithSuite, hasEnded } from './end-with-suite.ts';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

const isRoot = process.geteuid?.() === 0;
/** mariadbd does not run as root without being asked. */
const asWhom = isRoot ? ['--user=mysql'] : [];
const SETTINGS = [
  ...['--innodb-buffer-pool-size=16M', '--innodb-log-file-size=8M', '--performance-schema=OFF'],
  // Data that a power cut would lose does not matter in a test.
  ...['--innodb-flush-log-at-trx-commit=0', '--innodb-flush-method=nosync', '--skip-log-bin'],
];
const environment = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };

/** How a client logs in. Default: this process’s user, who has all privileges, through the socket. */
export interface Login {
  readonly user: string;
  readonly password: string;
  /** Through the network if given. Default: the socket. */
  readonly host?: string;
  readonly database?: string;
}

export class PrivateMariadb {
  readonly folder: string;
  readonly socket: string;
  /** On 127.0.0.1. Undefined for a server without network. */
  readonly port: number | undefined;
  #process: ChildProcess | undefined;
  #disk: PrivateMount | undefined;

  private constructor(
    port: number | undefined,
    private readonly options: readonly string[],
  ) {
    this.folder = mkdtempSync(join(tmpdir(), 'mdb-'));
    this.socket = join(this.folder, 's');
    this.port = port;
  }

  /**
   * @param options of mariadbd, such as `--max-connections=5`.
   * @param diskSize of a file system of its own for the data, such as `200m`.
   */
  static async start({
    hasNetwork = false,
    options = [] as readonly string[],
    diskSize = '',
  } = {}): Promise<PrivateMariadb> {
    const server = new PrivateMariadb(hasNetwork ? await freePort() : undefined, options);
    endWithSuite(server);
    if (isRoot) chownSync(server.folder, ...idsOf('mysql'));
    if (diskSize !== '') await server.#mount(diskSize);
    const words = ['--no-defaults', ...asWhom, `--datadir=${server.data}`, '--skip-test-db'];
    const root = [
      '--auth-root-authentication-method=socket',
      `--auth-root-socket-user=${userInfo().username}`,
    ];
    const [command, ...all] = server.#onDisk('mariadb-install-db', ...words, ...root);
    await promisify(execFile)(command, all, { env: environment });
    await server.resume();
    return server;
  }

  /** Starts it again after `halt` or `kill`. @param more options for this time. */
  async resume(more: readonly string[] = []): Promise<void> {
    const network = this.port === undefined ? ['--skip-networking'] : [`--port=${this.port}`];
    const words = [
      ...['--no-defaults', ...asWhom, `--datadir=${this.data}`, `--socket=${this.socket}`],
      ...[`--pid-file=${this.folder}/p`, `--log-error=${this.folder}/log.err`, '--bind-address=127.0.0.1'],
      ...[...network, ...SETTINGS, ...this.options, ...more],
    ];
    // A server that was killed has left it. A client is only started once the next server listens.
    rmSync(this.socket, { force: true });
    const [command, ...all] = this.#onDisk('mariadbd', ...words);
    const child = spawn(command, all, { stdio: 'ignore', env: environment });
    this.#process = child;
    await until(() => {
      if (child.exitCode !== null) throw new Error(`mariadbd ended: ${this.log()}`);
      return existsSync(this.socket) && this.#ask('SELECT 1').status === 0;
    }, 'the start of MariaDB');
  }

  /** Stops it in good order; its data is kept. */
  halt(): Promise<void> {
    return this.#end('SIGTERM');
  }

  /** Ends it as a crash does; its data is kept. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Stops it for good. A suite that fails before it can do so is followed by it. */
  async stop(): Promise<void> {
    hasEnded(this);
    await this.halt();
    const disk = this.#disk;
    this.#disk = undefined;
    await disk?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The file system of its own that holds the data. */
  get disk(): PrivateMount {
    if (this.#disk === undefined) throw new Error('This server was started without diskSize.');
    return this.#disk;
  }

  /** What MariaDB’s own client shows: the fields of each row. @throws with its message if a statement fails. */
  query(sql: string, login?: Login): string[][] {
    const { status, stdout, stderr } = this.#ask(sql, login);
    if (status !== 0) throw new Error(stderr.trim());
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'));
  }

  /** What MariaDB’s own client says against it; undefined if the statements succeed. */
  refusal(sql: string, login?: Login): string | undefined {
    const { status, stderr } = this.#ask(sql, login);
    return status === 0 ? undefined : stderr.trim();
  }

  log(): string {
    return readFileSync(join(this.folder, 'log.err'), 'utf8');
  }

  async #mount(size: string): Promise<void> {
    mkdirSync(this.data);
    this.#disk = await PrivateMount.at(this.data, size);
    if (isRoot) chownSync(this.#disk.path(), ...idsOf('mysql'));
  }

  /** The words of a command that sees that file system. */
  #onDisk(command: string, ...words: readonly string[]): [string, ...string[]] {
    const { through } = this.#disk ?? {};
    return through === undefined ? [command, ...words] : [...through, command, ...words];
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  #ask(sql: string, login?: Login) {
    const place =
      login?.host === undefined
        ? [`--socket=${this.socket}`]
        : [`--host=${login.host}`, `--port=${this.port}`, '--protocol=tcp'];
    const who = login === undefined ? [] : [`--user=${login.user}`];
    // Otherwise the client takes the character set of the locale.
    const how = ['--skip-ssl', '--batch', '--skip-column-names', '--default-character-set=utf8mb4'];
    const words = ['--no-defaults', ...place, ...who, ...how];
    return spawnSync('mariadb', login?.database === undefined ? words : [...words, login.database], {
      encoding: 'utf8',
      input: sql,
      env: login === undefined ? environment : { ...environment, MYSQL_PWD: login.password },
      maxBuffer: 2 ** 28,
    });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}

function idsOf(user: string): [uid: number, gid: number] {
  const [uid, gid] = ['-u', '-g'].map((which) =>
    Number(spawnSync('id', [which, user], { encoding: 'utf8' }).stdout),
  );
  if (!uid || !gid) throw new Error(`There is no user “${user}”.`);
  return [uid, gid];
}
