// Every statement that `npm test` has sent to SQLite is one that PostgreSQL accepts: its syntax, its columns, its types.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { numbered } from '../../src/store/postgres/connection.ts';
import { makeTestDatabase } from '../support/test-database.ts';

const FOLDER = 'node_modules/.cache/whmapi1-sql';

/** What only SQLite is sent, where the source asks which database it is: hints about indexes and the order of tables. */
const ONLY_SQLITE =
  /\bINDEXED\b|CROSS JOIN \(.*?\) AS \w+ ON|^EXPLAIN QUERY PLAN|^INSERT OR ROLLBACK|passes_test\(/s;

/**
 * Each statement, and a test file that sends it. Files of tests that no longer exist are left out, and those about SQLite
 * itself.
 */
function recorded(): Map<string, string> {
  const statements = new Map<string, string>();
  for (const name of existsSync(FOLDER) ? readdirSync(FOLDER) : []) {
    const path = name.replaceAll('+', '/');
    if (!existsSync(path) || path.startsWith('tests/store/')) continue;
    for (const line of readFileSync(join(FOLDER, name), 'utf8').trimEnd().split('\n'))
      if (line !== '') statements.set(JSON.parse(line) as string, path);
  }
  return statements;
}

/** PostgreSQL would return `createdAt` as `createdat`. */
const FOLDED = /\bAS [a-z]\w*[A-Z]\w*/;

test('names with capital letters are quoted', () => {
  const folded = [...recorded()].filter(([sql]) => FOLDED.test(sql));
  expect(folded.map(([sql, path]) => `${path}: ${FOLDED.exec(sql)?.[0]}`)).toEqual([]);
});

test('PostgreSQL can prepare every statement', async () => {
  const statements = recorded();
  // They are recorded by `npm test`, which has to run first.
  expect(statements.size).toBeGreaterThan(1000);
  const client = new pg.Client(makeTestDatabase()?.url);
  await client.connect();
  const refused: string[] = [];
  for (const [sql, path] of statements) {
    if (ONLY_SQLITE.test(sql)) continue;
    try {
      await client.query(`PREPARE recorded AS ${numbered(sql)}`);
      await client.query('DEALLOCATE recorded');
    } catch (error) {
      refused.push(`${path}: ${(error as Error).message}\n${sql}`);
    }
  }
  await client.end();
  expect(refused).toEqual([]);
});
