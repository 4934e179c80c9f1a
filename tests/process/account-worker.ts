// A process that makes one call on a state directory and kills itself at a certain moment of the call: STATE MOMENT
// FUNCTION JSON. A moment is `before users.create`, `after users.create`, `before journal.close`, …, or
// `after journal.note, time 2`, or `work 5`: after the fifth operation of all. If the moment does not occur, the call
// returns its response. With `copies FOLDER` it is not killed: after each operation, the state directory is copied to a
// folder with the operation's number, which then has what a kill at that moment would leave.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createApplication, root } from '../../src/app.ts';
import { dispatch } from '../../src/core/dispatch.ts';
import { findAdministration } from '../../src/database-administration.ts';
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

/** Nothing else runs in this thread meanwhile. A file that another thread has just renamed is copied again. */
function copyState(folder: string): void {
  const copy = join(folder, `${works}`);
  for (let tries = 1; ; tries++) {
    try {
      cpSync(state, copy, { recursive: true, verbatimSymlinks: true });
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== 'ENOENT' || tries === 10) throw error;
      rmSync(copy, { recursive: true, force: true });
    }
  }
}

/** Methods that return no promise, and change nothing. */
const IMMEDIATE = new Set<string | symbol>(['locate', 'identifier', 'literal']);

function watched<T extends object>(name: string, object: T): T {
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
        works += 1;
        if (moment === `work ${works}`) process.kill(process.pid, 'SIGKILL');
        if (copies !== undefined) copyState(copies);
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
    use: (work, database) => server.use((connection) => work(watched('statement', connection)), database),
    useAs: (login, database, work) => {
      if (server.useAs === undefined) throw new Error('This server loads no statements.');
      return server.useAs(login, database, (connection) => work(watched('load', connection)));
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
    addresses: async () => watched('addresses', await machine.addresses()),
    databases: async () => watchedDatabases(await machine.databases()),
    ownCertificate: async () => watched('certificate', await machine.ownCertificate()),
  },
};
const args = Object.entries(JSON.parse(json) as Record<string, Json>).map(([name, value]) => ({
  name,
  value,
}));
const { metadata } = await dispatch({ command, args, dryRun: false }, root, watchedEngine);
console.log(metadata.reason);
application.close();
