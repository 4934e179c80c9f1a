// What the store expects of the package that binds SQLite, and of a later one in its place.
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../src/store/database.ts';
import { SQLITE, sqliteCode } from '../../src/store/sqlite-code.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whmapi1-database-'));
  path = join(folder, 'a name with ? # % and é.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function codeOf(work: () => unknown): number | undefined {
  try {
    work();
  } catch (error) {
    return sqliteCode(error);
  }
  throw new Error('There was no error.');
}

function made(): Database {
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT, bytes BLOB) STRICT');
  return database;
}

/** The files below the folder that this process has open. */
const opened = () =>
  readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const file = readlinkSync(`/proc/self/fd/${descriptor}`);
      return file.startsWith(folder) ? [file] : [];
    } catch {
      return [];
    }
  });

it('closes its files and removes the write-ahead log, whatever statements there are', () => {
  const database = made();
  const insert = database.prepare('INSERT INTO t (text) VALUES (?)');
  insert.run('one');
  expect(database.prepare('SELECT text FROM t').values()).toEqual(['one']);
  expect(opened()).not.toEqual([]);
  expect(existsSync(`${path}-wal`)).toBe(true);
  database.close();
  expect(opened()).toEqual([]);
  expect(readdirSync(folder)).toEqual([path.slice(folder.length + 1)]);
  expect(() => insert.run('two')).toThrow();
  expect(database.inTransaction).toBe(false);
  database.close();
});

it('creates a file only where it may', () => {
  expect(codeOf(() => new Database(path, { mustExist: true }))).toBe(SQLITE.CANTOPEN);
  expect(codeOf(() => new Database(path, { readOnly: true }))).toBe(SQLITE.CANTOPEN);
  expect(readdirSync(folder)).toEqual([]);
  made().close();
  const reader = new Database(path, { readOnly: true });
  expect(codeOf(() => reader.exec('DELETE FROM t'))).toBe(SQLITE.READONLY);
  reader.close();
});

it('tells the code of an error, however the statement is run', () => {
  const [one, other] = [made(), new Database(path, { busyTimeoutMs: 0 })];
  one.pragma('locking_mode = EXCLUSIVE');
  one.exec('BEGIN EXCLUSIVE; INSERT INTO t DEFAULT VALUES; COMMIT');
  other.close();
  const late = new Database(path, { busyTimeoutMs: 0 });
  expect(codeOf(() => late.exec('SELECT * FROM t'))).toBe(SQLITE.BUSY);
  expect(codeOf(() => late.prepare('SELECT * FROM t').all())).toBe(SQLITE.BUSY);
  late.close();
  one.exec("UPDATE t SET text = 'x'");
  one.close();
  writeFileSync(path, 'not a database'.repeat(1000));
  const broken = new Database(path);
  expect(codeOf(() => broken.pragma('user_version'))).toBe(SQLITE.NOTADB);
  broken.close();
});

it('tells the code of an error while rows are read', () => {
  const [reader, writer] = [made(), new Database(path, { busyTimeoutMs: 0 })];
  reader.pragma('journal_mode = DELETE');
  const rows = reader.prepare('SELECT * FROM t');
  const run = writer.prepare('INSERT INTO t DEFAULT VALUES');
  reader.pragma('busy_timeout = 0');
  writer.exec('BEGIN EXCLUSIVE');
  for (const read of [() => rows.all(), () => rows.get(), () => rows.run()]) {
    expect(codeOf(read)).toBe(SQLITE.BUSY);
  }
  run.run();
  writer.exec('COMMIT');
  expect(rows.all()).toHaveLength(1);
  writer.close();
  reader.close();
});

it('keeps texts and bytes whole, except NUL', () => {
  const database = made();
  database.prepare('INSERT INTO t VALUES (1, ?, ?)').run('before\0behind €😀', Buffer.from([0, 255, 0]));
  expect(database.prepare('SELECT text, bytes FROM t').get()).toEqual({
    text: 'before\ufffdbehind €😀',
    bytes: new Uint8Array([0, 255, 0]),
  });
  expect(() => database.prepare('SELECT 9007199254740993').get()).toThrow('too large');
  database.close();
});

it('reads texts with NUL, which earlier versions stored', () => {
  const database = made();
  database.exec("INSERT INTO t VALUES (1, CAST(x'61006263' AS TEXT), NULL)");
  expect(database.prepare('SELECT text FROM t').values()).toEqual(['a\0bc']);
  database.close();
});

it('rejects missing values and objects, which the package would store as NULL', () => {
  const database = made();
  const insert = database.prepare('INSERT INTO t (text, bytes) VALUES (?, ?)');
  expect(() => insert.run('one')).toThrow('The statement has 2 parameters, not 1.');
  expect(() => insert.run('one', null, null)).toThrow('2 parameters, not 3');
  expect(() => insert.run('one', new Date() as never)).toThrow(TypeError);
  expect(() => insert.run({} as never, null)).toThrow(TypeError);
  expect(database.prepare('SELECT * FROM t').all()).toEqual([]);
  database.close();
});

it('ends a reading with its first row, so that the write-ahead log can be emptied', () => {
  const [reader, writer] = [made(), new Database(path, { busyTimeoutMs: 0 })];
  reader.exec('INSERT INTO t DEFAULT VALUES; INSERT INTO t DEFAULT VALUES');
  expect(reader.prepare('SELECT id FROM t').value()).toBe(1);
  writer.exec('INSERT INTO t DEFAULT VALUES');
  expect(writer.pragma('wal_checkpoint(TRUNCATE)')).toBe(0);
  reader.close();
  writer.close();
});

it('tells every cause that an administrator is told', () => {
  const database = made();
  database.exec('INSERT INTO t (id) VALUES (1)');
  expect(codeOf(() => database.exec('INSERT INTO t (id) VALUES (1)'))).toBe(19);
  database.pragma('query_only = ON');
  expect(codeOf(() => database.exec('DELETE FROM t'))).toBe(SQLITE.READONLY);
  database.pragma('query_only = OFF');
  database.pragma('max_page_count = 2');
  const fill = () => database.prepare('INSERT INTO t (bytes) VALUES (zeroblob(100000))').run();
  expect(codeOf(fill)).toBe(SQLITE.FULL);
  database.close();
  const bytes = readFileSync(path);
  bytes.fill(0xff, 4096);
  writeFileSync(path, bytes);
  const damaged = new Database(path);
  expect(codeOf(() => damaged.prepare('SELECT * FROM t').all())).toBe(SQLITE.CORRUPT);
  damaged.close();
});

it('is no older than better-sqlite3 12.11 had it, and has what the store uses', () => {
  const database = new Database(':memory:');
  const [, minor = 0, patch = 0] = String(database.prepare('SELECT sqlite_version()').value())
    .split('.')
    .map(Number);
  expect(minor * 100 + patch).toBeGreaterThanOrEqual(5302);
  const options = database.prepare('PRAGMA compile_options').values();
  expect(options).toEqual(
    expect.arrayContaining(['DEFAULT_FOREIGN_KEYS', 'DQS=0', 'USE_URI', 'DEFAULT_SYNCHRONOUS=2']),
  );
  expect(['foreign_keys', 'synchronous', 'busy_timeout'].map((name) => database.pragma(name))).toEqual([
    1, 2, 5000,
  ]);
  database.close();
});

it('passes on the error of a function, which no schema can call', () => {
  const database = made();
  database.function('own', (text: string) => {
    if (text === 'bad') throw new RangeError('its own');
    return text.length;
  });
  expect(database.prepare('SELECT own(?)').value('four')).toBe(4);
  for (const run of ['get', 'all', 'run'] as const) {
    expect(() => database.prepare('SELECT own(?)')[run]('bad')).toThrow(new RangeError('its own'));
  }
  database.exec("CREATE VIEW v AS SELECT own('x')");
  expect(() => database.prepare('SELECT * FROM v').all()).toThrow('unsafe use of own');
  expect(database.pragma('trusted_schema')).toBe(0);
  database.close();
});

it('rolls back a transaction whose work fails', () => {
  const database = made();
  const insert = () => database.exec('INSERT INTO t DEFAULT VALUES');
  database.transaction(insert);
  const failing = () => {
    insert();
    throw new Error('It fails.');
  };
  expect(() => database.transaction(failing, 'BEGIN IMMEDIATE')).toThrow('It fails.');
  expect([database.inTransaction, database.prepare('SELECT count(*) FROM t').value()]).toEqual([false, 1]);
  database.close();
});
