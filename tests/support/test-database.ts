// A PostgreSQL database of its own for an installation, where the suites run on PostgreSQL (`npm run test:postgres`).
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

/** The database that others are copied from: it has the schema. */
export const TEMPLATE = 'whmapi1_template';

/** For what is about SQLite alone: `onSqlite('…', …)` in the place of `test`. */
export function onSqlite(name: string, work: () => Promise<void>): void {
  (process.env.WHMAPI1_TEST_POSTGRES === undefined ? test : test.skip)(name, work);
}

export interface TestDatabase {
  readonly url: string;
  remove(): void;
}

/** Undefined where the suites run on SQLite. */
export function makeTestDatabase(): TestDatabase | undefined {
  const server = process.env.WHMAPI1_TEST_POSTGRES;
  if (server === undefined) return undefined;
  const name = `whmapi1_${randomBytes(6).toString('hex')}`;
  // A file copy: PostgreSQL's other way writes every page into its log.
  psql(server, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} STRATEGY FILE_COPY`);
  return {
    url: server.replace(/\/postgres$/, `/${name}`),
    remove: () => psql(server, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

function psql(server: string, sql: string): void {
  execFileSync('psql', ['--no-psqlrc', '--quiet', server, '--command', sql], { stdio: 'ignore' });
}
