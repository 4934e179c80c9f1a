// A separate PostgreSQL database for an installation, if the suites run on PostgreSQL (`npm run test:postgres`).
import { execFileSync } from 'node:child_process';
import { binary } from '../postgres/binaries.ts';

/** For tests of SQLite only: `onSqlite('…', …)` instead of `test`. */
export function onSqlite(name: string, work: () => Promise<void>): void {
  (process.env.WHMAPI1_TEST_POSTGRES === undefined ? test : test.skip)(name, work);
}

export interface TestDatabase {
  readonly url: string;
  /** Returns it, so that the next installation can use it. */
  remove(): void;
}

/** By number. Other files and other workers have others. */
const inUse = new Set<number>();

/**
 * The state of a new store. A worker’s databases are reused, because creating one takes longer than resetting
 * it. Undefined if the suites run on SQLite.
 */
export function makeTestDatabase(): TestDatabase | undefined {
  const server = process.env.WHMAPI1_TEST_POSTGRES;
  if (server === undefined) return undefined;
  let number = 1;
  while (inUse.has(number)) number += 1;
  inUse.add(number);
  const name = `whmapi1_${process.env.JEST_WORKER_ID ?? '0'}_${number}`;
  const url = server.replace(/\/postgres$/, `/${name}`);
  const isThere = psql(url, 'SELECT pristine.reset()');
  // A file copy. PostgreSQL’s other method writes every page to its log.
  if (!isThere && !psql(server, `CREATE DATABASE ${name} TEMPLATE whmapi1_template STRATEGY FILE_COPY`)) {
    throw new Error(`The database “${name}” could be neither reset nor made.`);
  }
  return { url, remove: () => inUse.delete(number) };
}

/** Whether `sql` was executed. */
function psql(url: string, sql: string): boolean {
  try {
    execFileSync(binary('psql'), ['--no-psqlrc', '--quiet', url, '--command', sql], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
