// A separate PostgreSQL server for tests: a temporary data directory and a free port of 127.0.0.1. Nothing is kept.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { PrivateMount } from '../process/private-mount.ts';
import { freePort } from '../support/free-port.ts';
import { binary } from './binaries.ts';

const run = promisify(execFile);

/** PostgreSQL does not run as root. */
const NOBODY = 65_534;
const asWhom = process.geteuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

/** Root becomes another user. The root of a namespace of an ordinary user gets another name. */
const AS_NOBODY =
  asWhom.uid === undefined
    ? ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, '--']
    : ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--'];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'whmapi1-postgres-'));
  if (asWhom.uid !== undefined) chownSync(folder, asWhom.uid, asWhom.gid);
  return folder;
}

/** Another network than this machine’s: the process that holds it, and the server’s address there. */
export interface Elsewhere {
  readonly pid: number;
  readonly address: string;
}

export class PostgresServer {
  readonly port: number;
  /** Also contains its socket. */
  readonly folder: string;
  readonly #options: readonly string[];
  readonly #elsewhere: Elsewhere | undefined;
  #process: ChildProcess | undefined;
  #disk: PrivateMount | undefined;

  private constructor(folder: string, port: number, options: readonly string[], elsewhere?: Elsewhere) {
    this.folder = folder;
    this.port = port;
    this.#options = options;
    this.#elsewhere = elsewhere;
  }

  /** `options` are settings of postgresql.conf, such as `max_connections=10`. */
  static start(...options: string[]): Promise<PostgresServer> {
    return PostgresServer.#begin(options);
  }

  /** Only root can do this. The test itself connects through the socket, which is a file. */
  static startElsewhere(elsewhere: Elsewhere, ...options: string[]): Promise<PostgresServer> {
    return PostgresServer.#begin(options, elsewhere);
  }

  /** @param size of a file system of its own for the data, such as `200m`. */
  static startOnDisk(size: string, ...options: string[]): Promise<PostgresServer> {
    return PostgresServer.#begin(options, undefined, size);
  }

  /** A hot standby: it follows this server, and accepts sessions that only read. */
  async startStandby(...options: string[]): Promise<PostgresServer> {
    const standby = new PostgresServer(newFolder(), await freePort(), options);
    const data = join(standby.folder, 'data');
    const words = ['-h', '127.0.0.1', '-p', String(this.port), '-U', 'postgres', '-D', data];
    await run(
      binary('pg_basebackup'),
      [...words, '--checkpoint=fast', '--write-recovery-conf', '--no-sync'],
      {
        ...asWhom,
        env: { PATH: process.env.PATH, HOME: standby.folder },
      },
    );
    await standby.restart();
    return standby;
  }

  static async #begin(
    options: readonly string[],
    elsewhere?: Elsewhere,
    size?: string,
  ): Promise<PostgresServer> {
    const folder = newFolder();
    const server = new PostgresServer(folder, await freePort(), options, elsewhere);
    const data = join(folder, 'data');
    if (size !== undefined) {
      mkdirSync(data);
      server.#disk = await PrivateMount.at(data, size);
      if (asWhom.uid !== undefined) chownSync(server.#disk.path(), asWhom.uid, asWhom.gid);
    }
    const how = ['--auth=trust', '--username=postgres', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'];
    const [command, ...words] = server.#onDisk(binary('initdb'), '-D', data, ...how);
    await run(command, words, {
      ...(size === undefined ? asWhom : {}),
      env: { PATH: process.env.PATH, HOME: folder },
    });
    await server.restart();
    return server;
  }

  /** The file system of its own that holds the data. */
  get disk(): PrivateMount {
    if (this.#disk === undefined) throw new Error('This server was not started by startOnDisk.');
    return this.#disk;
  }

  /** The words of a command that sees that file system, as the user whom PostgreSQL runs as. */
  #onDisk(...command: [string, ...string[]]): [string, ...string[]] {
    const { through } = this.#disk ?? {};
    return through === undefined ? command : [...through, ...AS_NOBODY, ...command];
  }

  /** The path of its UNIX socket. */
  get socket(): string {
    return join(this.folder, `.s.PGSQL.${this.port}`);
  }

  /** Also while it is running: then it is stopped first, which cuts every connection. */
  async restart(): Promise<void> {
    await this.halt();
    const settings = [
      ...[
        `listen_addresses=${this.#elsewhere?.address ?? '127.0.0.1'}`,
        `port=${this.port}`,
        `unix_socket_directories=${this.folder}`,
      ],
      // Data that a power cut would lose does not matter in a test.
      ...['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'shared_buffers=64MB'],
      ...this.#options,
    ];
    const words = ['-D', join(this.folder, 'data'), ...settings.flatMap((setting) => ['-c', setting])];
    const [command, ...all] = this.#onDisk(binary('postgres'), ...words);
    this.#process =
      this.#elsewhere === undefined
        ? spawn(command, all, { ...(this.#disk === undefined ? asWhom : {}), stdio: 'ignore' })
        : spawn('nsenter', [...entering(this.#elsewhere.pid), binary('postgres'), ...words], {
            stdio: 'ignore',
          });
    for (let tries = 1; ; tries++) {
      try {
        await this.query('postgres', 'SELECT 1');
        return;
      } catch (error) {
        if (tries === 1200) throw error;
        await new Promise((resume) => setTimeout(resume, 50));
      }
    }
  }

  /** Stops it at once; its data is kept. */
  async halt(): Promise<void> {
    const running = this.#process;
    if (running === undefined) return;
    this.#process = undefined;
    const ended = once(running, 'exit');
    running.kill('SIGINT');
    await ended;
  }

  async stop(): Promise<void> {
    await this.halt();
    const disk = this.#disk;
    this.#disk = undefined;
    await disk?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Writes a private file of the server and returns its path. */
  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    if (asWhom.uid !== undefined) chownSync(path, asWhom.uid, asWhom.gid);
    return path;
  }

  /** Adds a line before the others of pg_hba.conf. */
  async restrict(line: string): Promise<void> {
    const path = this.#disk?.path('pg_hba.conf') ?? join(this.folder, 'data/pg_hba.conf');
    // Its owner and mode stay.
    writeFileSync(path, `${line}\n${readFileSync(path, 'utf8')}`);
    await this.query('postgres', 'SELECT pg_reload_conf()');
  }

  url(
    database: string,
    { user = 'postgres', host = this.#elsewhere?.address ?? '127.0.0.1', port = this.port } = {},
  ): string {
    return `postgres://${user}@${host}:${port}/${database}`;
  }

  async query(database: string, sql: string): Promise<Record<string, unknown>[]> {
    const client =
      this.#elsewhere === undefined
        ? new pg.Client({ connectionString: this.url(database) })
        : new pg.Client({ host: this.folder, port: this.port, user: 'postgres', database });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }
}

/** The arguments of nsenter(1), which becomes the program: ending one ends the other. */
function entering(pid: number): string[] {
  return [`--net=/proc/${pid}/ns/net`, `--setuid=${NOBODY}`, `--setgid=${NOBODY}`];
}
