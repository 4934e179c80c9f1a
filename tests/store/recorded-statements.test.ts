// `npm test` records each statement as PostgreSQL would get it, for tests/postgres/statements.test.ts. Jest replaces the
// dialect of SQLite by the name of its file: if the file moves, this fails, and not only the suites on PostgreSQL.
import { Database } from '../../src/store/database.ts';
import { postgresDialect } from '../../src/store/postgres/dialect.ts';
import { SqliteConnection } from '../../src/store/sqlite-connection.ts';
import { forPostgres } from '../support/two-dialects.ts';

test('a statement that is made for SQLite is recorded for PostgreSQL', () => {
  const database = new Database(':memory:');
  const { dialect } = new SqliteConnection(database);
  expect(forPostgres(`SELECT ${dialect.emptyList}`)).toBe(`SELECT ${postgresDialect.emptyList}`);
  database.close();
});
