// A PostgreSQL server below a temporary directory, as this program administers one: root has the role `root`, and
// everybody else needs a password over the network.
import pg from 'pg';
import { PostgresServer } from '../postgres/postgres-server.ts';

export class PrivatePostgresql {
  readonly server: PostgresServer;

  private constructor(server: PostgresServer) {
    this.server = server;
  }

  static async start(...options: string[]): Promise<PrivatePostgresql> {
    const server = await PostgresServer.start(...options);
    await server.query('postgres', 'CREATE ROLE root SUPERUSER LOGIN');
    await server.restrict('host all postgres all trust\nhost all all all scram-sha-256');
    return new PrivatePostgresql(server);
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
    return this.server.stop();
  }
}
