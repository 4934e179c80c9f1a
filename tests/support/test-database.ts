// A PostgreSQL database of its own for an installation, where the suites run on PostgreSQL (`npm run test:postgres`).
import { execFileSync } from 'node:child_process';
import { binary } from '../postgres/binaries.ts';

/** For what is about SQLite alone: `onSqlite('…', …)` in the place of `test`. */
export function onSqlite(name: string, work: () => Promise<void>): void {
  (process.env.WHMAPI1_TEST_POSTGRES === undefined ? test : test.skip)(name, work);
}

export interface TestDatabase {
  readonly url: string;
  /** Gives it back: the next installation has it. */
  remove(): void;
}

/** By their numbers; another file's, or another worker's, are others'. */
const inUse = new Set<number>();

/**
 * As a new store has it. A worker's databases are used again and again, since it takes longer to make one than to reset
 * it. Undefined where the suites run on SQLite.
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
  // A file copy: PostgreSQL's other way writes every page into its log.
  if (!isThere && !psql(server, `CREATE DATABASE ${name} TEMPLATE whmapi1_template STRATEGY FILE_COPY`)) {
    throw new Error(`The database “${name}” could be neither reset nor made.`);
  }
  return { url, remove: () => inUse.delete(number) };
}

/** Whether it did what `sql` says. */
function psql(url: string, sql: string): boolean {
  try {
    execFileSync(binary('psql'), ['--no-psqlrc', '--quiet', url, '--command', sql], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
