// The database servers of the machine, and those that are reached over the network.
import type { DatabasePlace, DatabaseServer, MachineDatabases } from '../../core/machine-databases.ts';
import { readOwnProcess } from '../services/own-process.ts';

/** The UNIX sockets of the machine’s own servers. */
export interface Sockets {
  /** Undefined: no server runs, in a sandbox. */
  readonly mysql: () => Promise<string | undefined>;
  readonly postgresql: () => Promise<string | undefined>;
}

export class Databases implements MachineDatabases {
  readonly #sockets: Sockets;
  /** The machine’s own server, which keeps a connection between two pieces of work. */
  #mysql: { readonly socket: string; readonly server: DatabaseServer } | undefined;

  constructor(sockets: Sockets) {
    this.#sockets = sockets;
  }

  mysql(): Promise<DatabaseServer | undefined>;
  mysql(place: DatabasePlace): Promise<DatabaseServer>;
  async mysql(place?: DatabasePlace): Promise<DatabaseServer | undefined> {
    const socket = place === undefined ? await this.#sockets.mysql() : undefined;
    if (socket !== undefined && this.#mysql?.socket === socket) return this.#mysql.server;
    const where = place ?? (socket === undefined ? undefined : { socket });
    if (where === undefined) return undefined;
    // The driver is large, and loaded only if there is a server.
    const server = new (await import('./mysql.ts')).MysqlServer(where);
    if (socket !== undefined) this.#mysql = { socket, server };
    return server;
  }

  postgresql(): Promise<DatabaseServer | undefined>;
  postgresql(place: DatabasePlace): Promise<DatabaseServer>;
  async postgresql(place?: DatabasePlace): Promise<DatabaseServer | undefined> {
    const socket = place === undefined ? await this.#sockets.postgresql() : undefined;
    const where = place ?? (socket === undefined ? undefined : { socket });
    return where && new (await import('./postgresql.ts')).PostgresqlServer(where);
  }
}

/** The sockets of Debian’s packages. */
export const sockets: Sockets = {
  mysql: () => Promise.resolve('/run/mysqld/mysqld.sock'),
  postgresql: () => Promise.resolve('/run/postgresql/.s.PGSQL.5432'),
};

/** The sockets of the servers that a sandbox runs. @param folder the sandbox’s folder for services. */
export function socketsOfSandbox(folder: string): Sockets {
  return {
    mysql: () => Promise.resolve(readOwnProcess(folder, 'mariadb.service')?.socket),
    postgresql: () => Promise.resolve(readOwnProcess(folder, 'postgresql.service')?.socket),
  };
}
