// The connections to SQLite in `npm test`, which record their statements. tests/postgres/statements.test.ts prepares all
// of them on PostgreSQL.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { SqliteConnection } from '../../src/store/sqlite-connection.ts';
import { forPostgres } from './two-dialects.ts';

export * from '../../src/store/sqlite-connection.ts';

/** A file for each test file, with a JSON text in each line. Its name is the test file’s path, with + for /. */
const RECORDED_SQL = 'node_modules/.cache/whmapi1-sql';

const recorded = new Set<string>();
const top = resolve(import.meta.dirname, '../..');
const file = join(top, RECORDED_SQL, relative(top, expect.getState().testPath ?? '').replaceAll('/', '+'));
/** Suites on PostgreSQL leave the files as they are. */
const isOn = process.env.WHMAPI1_TEST_POSTGRES === undefined;
if (isOn) {
  mkdirSync(join(top, RECORDED_SQL), { recursive: true });
  writeFileSync(file, '');
}

function record(sql: string): void {
  if (!isOn || recorded.has(sql)) return;
  recorded.add(sql);
  appendFileSync(file, `${JSON.stringify(forPostgres(sql))}\n`);
}

for (const name of ['get', 'all', 'run'] as const) {
  const method = Reflect.get(SqliteConnection.prototype, name) as (...words: unknown[]) => unknown;
  Reflect.set(SqliteConnection.prototype, name, function (this: SqliteConnection, ...words: [string]) {
    record(words[0]);
    return Reflect.apply(method, this, words);
  });
}
