// A process that makes one call on a state directory and kills itself at a certain moment of the call: STATE MOMENT
// FUNCTION JSON. A moment is `before users.create`, `after users.create`, `before journal.close`, …, or
// `after journal.note, time 2`, or `work 5`: after the fifth operation that leaves something else than the one before. If
// the moment does not occur, the call returns its response. With `copies FOLDER` it is not killed: after each such
// operation, the state directory is copied to a folder with the operation's number, which then has what a kill at that
// moment would leave.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createApplication, root } from '../../src/app/app.ts';
import { dispatch } from '../../src/core/dispatch.ts';
import { findAdministration } from '../../src/administration/databases.ts';
import type { Engine } from '../../src/core/engine.ts';
import type { DatabaseServer, MachineDatabases } from '../../src/core/machine-databases.ts';
import type { Json } from '../../src/core/values.ts';

const [state = '', moment = '', command = '', json = '{}'] = process.argv.slice(2);

const times = new Map<string, number>();
let works = 0;
const copies = /^copies (.*)$/.exec(moment)?.[1];

function at(reached: string): void {
  const time = (times.get(reached) ?? 0) + 1;
  times.set(reached, time);
  if (moment === (time === 1 ? reached : `${reached}, time ${time}`)) process.kill(process.pid, 'SIGKILL');
}

/** A statement that only reads, as those of this program are. */
const READS = /^\s*(?:SELECT|SHOW)\b/i;
/** What a file held when it was looked at, and whether a later change must have changed its times. */
interface Looked {
  readonly times: string;
  readonly content: string;
  readonly isSettled: boolean;
}
const looked = new Map<string, Looked>();
/** File systems change their times in steps of milliseconds. */
const SETTLED_MS = 100;

/** What the state directory holds: a kill leaves the same as long as this is the same. */
function contentOfState(): string {
  const hash = createHash('sha256');
  const names = existsSync(state) ? readdirSync(state, { recursive: true, encoding: 'utf8' }) : [];
  // Without SQLite’s index of its log, which only running processes share.
  for (const name of names.filter((one) => !one.endsWith('-shm')).sort()) {
    const path = join(state, name);
    const stats = lstatSync(path, { bigint: true });
    const { ino, ctimeNs, size, mode, uid, gid } = stats;
    const times = `${ino} ${ctimeNs} ${size}`;
    let last = looked.get(path);
    if (last?.times !== times || !last.isSettled) {
      const isSettled = BigInt(Date.now()) - stats.ctimeMs > SETTLED_MS;
      let content: string | Buffer = '';
      if (stats.isFile()) content = readFileSync(path);
      if (stats.isSymbolicLink()) content = readlinkSync(path);
      last = { times, content: createHash('sha256').update(content).digest('hex'), isSettled };
      looked.set(path, last);
    }
    hash.update(`${name}\0${mode} ${uid} ${gid} ${last.content}\0`);
  }
  return hash.digest('hex');
}

/** Nothing else runs in this thread meanwhile. If another thread has just renamed a file, it is done again. */
function whileFilesMove<Result>(work: () => Result): Result {
  for (let tries = 1; ; tries++) {
    try {
      return work();
    } catch (error) {
      if ((error as { code?: string }).code !== 'ENOENT' || tries === 10) throw error;
    }
  }
}

const isCounting = moment.startsWith('work ') || copies !== undefined;
let content = isCounting ? whileFilesMove(contentOfState) : '';

/** Counts the operation, unless a kill after it leaves the same as a kill after the one before. */
function count(statement: unknown): void {
  const next = whileFilesMove(contentOfState);
  const isRead = statement === undefined || (typeof statement === 'string' && READS.test(statement));
  if (isRead && next === content) return;
  content = next;
  works += 1;
  if (moment === `work ${works}`) process.kill(process.pid, 'SIGKILL');
  if (copies !== undefined) copyState(copies);
}

function copyState(folder: string): void {
  const copy = join(folder, `${works}`);
  whileFilesMove(() => {
    rmSync(copy, { recursive: true, force: true });
    cpSync(state, copy, { recursive: true, verbatimSymlinks: true });
  });
}

/** Methods that return no promise, and change nothing. */
const IMMEDIATE = new Set<string | symbol>(['locate', 'identifier', 'literal', 'below']);

/** @param isOfServer it changes a database server, whose state is not in the state directory, by statements or tools. */
function watched<T extends object>(name: string, object: T, isOfServer = false): T {
  return new Proxy(object, {
    get: (target, key) => {
      const method: unknown = Reflect.get(target, key);
      // Promises look for `then`.
      if (typeof method !== 'function') return method;
      if (IMMEDIATE.has(key)) return method.bind(target) as unknown;
      return async (...args: unknown[]): Promise<unknown> => {
        at(`before ${name}.${String(key)}`);
        const result: unknown = await method.apply(target, args);
        at(`after ${name}.${String(key)}`);
        if (isCounting) count(isOfServer ? args[0] : undefined);
        return result;
      };
    },
  });
}

/** Each statement is a moment: `before statement.query`. */
function watchedServer(server: DatabaseServer): DatabaseServer {
  const { socket, place } = server;
  return {
    ...(socket !== undefined && { socket }),
    ...(place !== undefined && { place }),
    use: (work, database) =>
      server.use((connection) => work(watched('statement', connection, true)), database),
    useAs: (login, database, work) => {
      if (server.useAs === undefined) throw new Error('This server loads no statements.');
      return server.useAs(login, database, (connection) => work(watched('load', connection, true)));
    },
  };
}

function watchedDatabases(databases: MachineDatabases): MachineDatabases {
  const own = async (server: Promise<DatabaseServer | undefined>) => {
    const found = await server;
    return found && watchedServer(found);
  };
  return {
    mysql: () => own(databases.mysql()),
    postgresql: () => own(databases.postgresql()),
  } as MachineDatabases;
}

const application = createApplication({ ...process.env, WHMAPI1_STATE_DIR: state });
const { engine } = application;
const { machine, journal } = engine;
const watchedEngine: Engine = {
  ...engine,
  find: async (name) => (await findAdministration(name)) ?? engine.find(name),
  journal: watched('journal', journal),
  machine: {
    ...machine,
    users: async () => watched('users', await machine.users()),
    quota: async () => watched('quota', await machine.quota()),
    files: async (directories) => watched('files', await machine.files(directories)),
    userFiles: async (username) => watched('userFiles', await machine.userFiles(username)),
    sqliteFiles: async (directories) => watched('sqliteFiles', await machine.sqliteFiles(directories)),
    // Some of them change databases.
    tools: async (names) => watched('tools', await machine.tools(names), true),
    addresses: async () => watched('addresses', await machine.addresses()),
    databases: async () => watchedDatabases(await machine.databases()),
    ownCertificate: async () => watched('certificate', await machine.ownCertificate()),
  },
};
const args = Object.entries(JSON.parse(json) as Record<string, Json>).map(([name, value]) => ({
  name,
  value,
}));
void dispatch({ command, args, dryRun: false }, root, watchedEngine).then(({ metadata }) => {
  console.log(metadata.reason);
  application.close();
});
