// A PostgreSQL server below a temporary directory, as this program administers one: root has the role `root`, and
// everybody else needs a password over the network.
import pg from 'pg';
import { PostgresServer } from '../postgres/postgres-server.ts';
import { endWithSuite, hasEnded } from './end-with-suite.ts';

export class PrivatePostgresql {
  readonly server: PostgresServer;

  private constructor(server: PostgresServer) {
    this.server = server;
    endWithSuite(this);
  }

  static async start(...options: string[]): Promise<PrivatePostgresql> {
    return PrivatePostgresql.#prepare(await PostgresServer.start(...options));
  }

  /** @param size of a file system of its own for the data, such as `200m`. */
  static async startOnDisk(size: string, ...options: string[]): Promise<PrivatePostgresql> {
    return PrivatePostgresql.#prepare(await PostgresServer.startOnDisk(size, ...options));
  }

  static async #prepare(server: PostgresServer): Promise<PrivatePostgresql> {
    await server.query('postgres', 'CREATE ROLE root SUPERUSER LOGIN');
    await server.restrict('host all postgres all trust\nhost all all all scram-sha-256');
    return new PrivatePostgresql(server);
  }

  async startStandby(): Promise<PrivatePostgresql> {
    return new PrivatePostgresql(await this.server.startStandby());
  }

  /** Where `machine.databases()` finds it. */
  get socket(): string {
    return `${this.server.folder}/.s.PGSQL.${this.server.port}`;
  }

  /** Runs statements as a user of the network. The rows are those of the last one. */
  async as(user: string, password: string, database: string, ...statements: string[]): Promise<unknown[]> {
    const client = await this.connect(user, password, database);
    try {
      let rows: unknown[] = [];
      for (const statement of statements) rows = (await client.query(statement)).rows;
      return rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async connect(user: string, password: string, database: string): Promise<pg.Client> {
    const client = new pg.Client({ host: '127.0.0.1', port: this.server.port, user, password, database });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** Runs statements as the administrator. */
  async root(database: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) rows = await this.server.query(database, statement);
    return rows;
  }

  stop(): Promise<void> {
    hasEnded(this);
    return this.server.stop();
  }
}
