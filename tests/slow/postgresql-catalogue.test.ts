// The catalogue of PostgreSQL on a real server.
import { randomBytes } from 'node:crypto';
import { PostgresqlServer } from '../../src/machine/databases/postgresql.ts';
import type { PostgresqlCatalogue } from '../../src/capabilities/databases/driver/postgresql/contract.ts';
import { sqlCatalogue } from '../../src/capabilities/databases/driver/postgresql/sql.ts';
import { scramVerifier, SALT_BYTES } from '../../src/capabilities/databases/rules/scram.ts';
import { PrivatePostgresql } from '../support/private-postgresql.ts';

let postgres: PrivatePostgresql;
let catalogue: PostgresqlCatalogue;
beforeAll(async () => {
  postgres = await PrivatePostgresql.start();
  catalogue = sqlCatalogue(new PostgresqlServer({ socket: postgres.socket }));
});
afterAll(() => postgres.stop());

const hash = (password: string) => scramVerifier(password, randomBytes(SALT_BYTES));

async function createUsers(...names: string[]): Promise<void> {
  for (const name of names) await catalogue.createUser(name, await hash(name));
}

/** What a user reads in a database with its own name as the password. */
const as = (user: string, database: string, ...statements: string[]) =>
  postgres.as(user, user, database, ...statements);

async function privilegesOf(user: string): Promise<unknown> {
  const [row] = await postgres.root(
    'postgres',
    `SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = '${user}'`,
  );
  return row;
}

describe('a database', () => {
  test('belongs to all of its users, and to nobody else', async () => {
    await createUsers('bob_one', 'bob_two', 'eve_app');
    await catalogue.createDatabase('bob_shop');
    await catalogue.grant('bob_shop', 'bob_one');
    await catalogue.grant('bob_shop', 'bob_two');
    await as('bob_one', 'bob_shop', 'CREATE TABLE goods (id int)', 'INSERT INTO goods VALUES (7)');
    await as(
      'bob_two',
      'bob_shop',
      'ALTER TABLE goods ADD name text',
      'CREATE VIEW v AS SELECT * FROM goods',
    );
    expect(
      await as('bob_one', 'bob_shop', 'SELECT id FROM v', 'DROP VIEW v', 'SELECT id FROM goods'),
    ).toEqual([{ id: 7 }]);
    await expect(as('eve_app', 'bob_shop', 'SELECT 1')).rejects.toThrow('permission denied for database');
    expect(await catalogue.databases({ names: [], prefixes: ['bob_'] })).toEqual([
      { name: 'bob_shop', users: ['bob_one', 'bob_two'] },
    ]);
    expect(
      (await catalogue.sizes({ names: ['bob_shop', 'none'], prefixes: [] })).get('bob_shop'),
    ).toBeGreaterThan(1_000_000);
    expect(await privilegesOf('bob_one')).toEqual({
      rolsuper: false,
      rolcreatedb: false,
      rolcreaterole: false,
      rolreplication: false,
      rolbypassrls: false,
    });
  });

  test('its users cannot give it away or rename it, and cannot act as others', async () => {
    for (const statement of [
      'ALTER DATABASE bob_shop RENAME TO eve_shop',
      'GRANT "bob_shop owner" TO eve_app',
      'SET ROLE root',
      'CREATE ROLE bob_three',
      'ALTER ROLE bob_one CREATEDB',
      "COPY (SELECT 1) TO PROGRAM 'true'",
      'CREATE EXTENSION dblink',
    ]) {
      await expect(as('bob_one', 'bob_shop', statement)).rejects.toThrow(
        /permission denied|must have|must be/,
      );
    }
  });

  test('a renamed one keeps its contents and users; its sessions end', async () => {
    const open = await postgres.connect('bob_one', 'bob_one', 'bob_shop');
    await catalogue.renameDatabase('bob_shop', 'bob_store', true);
    await expect(open.query('SELECT 1')).rejects.toThrow();
    expect(await as('bob_two', 'bob_store', 'SELECT id, current_user AS who FROM goods')).toEqual([
      { id: 7, who: 'bob_store owner' },
    ]);
    expect(await catalogue.databases({ names: ['bob_shop', 'bob_store'], prefixes: [] })).toEqual([
      { name: 'bob_store', users: ['bob_one', 'bob_two'] },
    ]);
    // Repeated, after a process was killed.
    await catalogue.renameDatabase('bob_shop', 'bob_store', true);
    await expect(catalogue.renameDatabase('bob_none', 'bob_nothing', true)).rejects.toThrow('There is no');
    await catalogue.createDatabase('bob_other');
    await expect(catalogue.renameDatabase('bob_other', 'bob_store', true)).rejects.toThrow('already');
    expect(await catalogue.acceptsSessions('bob_other')).toBe(true);
    await catalogue.dropDatabase('bob_other');
  });

  test('revoking keeps what the user created for the others, and ends its sessions', async () => {
    const open = await postgres.connect('bob_two', 'bob_two', 'bob_store');
    await open.query('SET ROLE NONE');
    await open.query('CREATE TABLE apart (id int)');
    await expect(as('bob_one', 'bob_store', 'SELECT * FROM apart')).rejects.toThrow('permission denied');
    await catalogue.share('bob_store');
    await as('bob_one', 'bob_store', 'SELECT * FROM apart');
    await open.query('SET ROLE NONE');
    await open.query('CREATE TABLE apart2 (id int)');
    await catalogue.revoke('bob_store', 'bob_two');
    await expect(open.query('SELECT 1')).rejects.toThrow();
    await expect(as('bob_two', 'bob_store', 'SELECT 1')).rejects.toThrow('permission denied');
    await as('bob_one', 'bob_store', 'SELECT * FROM apart2');
    await catalogue.revoke('bob_store', 'bob_two');
    await catalogue.grant('bob_store', 'bob_two');
  });

  test('one created by hand is taken over with its contents', async () => {
    await postgres.root(
      'postgres',
      'CREATE DATABASE bob_hand OWNER bob_two',
      'CREATE DATABASE bob_hand2 OWNER bob_two',
    );
    await as('bob_two', 'bob_hand', 'CREATE TABLE old (id int)');
    expect(await catalogue.databases({ names: ['bob_hand'], prefixes: [] })).toEqual([
      { name: 'bob_hand', users: ['bob_two'] },
    ]);
    await expect(catalogue.createDatabase('bob_hand')).rejects.toThrow('already');
    await catalogue.undoCreateDatabase('bob_hand');
    await catalogue.grant('bob_hand', 'bob_one');
    await as('bob_one', 'bob_hand', 'ALTER TABLE old ADD more int');
    await as('bob_two', 'bob_hand', 'ALTER TABLE old ADD yet int');
    await expect(as('eve_app', 'bob_hand', 'SELECT 1')).rejects.toThrow('permission denied');
    expect(
      await postgres.root(
        'postgres',
        "SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = 'bob_hand2'",
      ),
    ).toEqual([{ owner: 'bob_two' }]);
  });

  test('a removed one leaves nothing', async () => {
    const open = await postgres.connect('bob_two', 'bob_two', 'bob_hand');
    for (const name of ['bob_hand', 'bob_hand', 'bob_hand2']) await catalogue.dropDatabase(name);
    await expect(open.query('SELECT 1')).rejects.toThrow();
    expect(await postgres.root('postgres', "SELECT 1 FROM pg_roles WHERE rolname LIKE 'bob_hand%'")).toEqual(
      [],
    );
    expect(await catalogue.acceptsSessions('bob_hand')).toBeUndefined();
  });

  test('an interrupted creation admits nobody, and is completed or undone', async () => {
    await postgres.root(
      'postgres',
      'CREATE ROLE "bob_half owner"',
      'CREATE DATABASE bob_half OWNER "bob_half owner" ALLOW_CONNECTIONS false',
    );
    await catalogue.createDatabase('bob_half');
    await expect(as('eve_app', 'bob_half', 'SELECT 1')).rejects.toThrow('permission denied');
    await catalogue.undoCreateDatabase('bob_half');
    expect(await catalogue.databases({ names: ['bob_half'], prefixes: [] })).toEqual([]);
  });
});

describe('a user', () => {
  test('has the password that a client sends, whatever its characters', async () => {
    for (const password of ['simple', 'pä ß\u00adword\u00a0½', '"\'$1\\', '\u0007bell', '密碼 🔑']) {
      await catalogue.setPassword('eve_app', await hash(password));
      await withPsql('eve_app', password);
    }
    await expect(postgres.as('eve_app', 'wrong', 'postgres', 'SELECT 1')).rejects.toThrow('password');
    await expect(catalogue.setPassword('root', await hash('x'))).rejects.toThrow('There is no');
    await expect(catalogue.setPassword('none', await hash('x'))).rejects.toThrow('There is no');
  });

  test('a renamed one keeps password, databases and contents', async () => {
    await catalogue.renameUser('bob_two', 'bob_three');
    await catalogue.renameUser('bob_two', 'bob_three');
    expect(await postgres.as('bob_three', 'bob_two', 'bob_store', 'SELECT id FROM goods')).toEqual([
      { id: 7 },
    ]);
    await catalogue.renameUser('bob_three', 'bob_two', await hash('new'));
    expect(await postgres.as('bob_two', 'new', 'bob_store', 'SELECT id FROM goods')).toEqual([{ id: 7 }]);
    await expect(catalogue.renameUser('bob_two', 'bob_one')).rejects.toThrow('already');
    expect(await catalogue.losesPassword('bob_two')).toBe(false);
    await postgres.root('postgres', `CREATE ROLE bob_md5 LOGIN PASSWORD 'md5${'0'.repeat(32)}'`);
    expect(await catalogue.losesPassword('bob_md5')).toBe(true);
    await catalogue.dropUser('bob_md5');
  });

  test('somebody else’s user of the same name is not taken', async () => {
    await postgres.root('postgres', "CREATE ROLE bob_hand LOGIN PASSWORD 'x'");
    await expect(catalogue.createUser('bob_hand', await hash('y'))).rejects.toThrow('already');
    await catalogue.undoCreateUser('bob_hand');
    expect(await catalogue.users({ names: [], prefixes: ['bob_'] })).toEqual([
      'bob_hand',
      'bob_one',
      'bob_two',
    ]);
    await catalogue.dropUser('bob_hand');
    // A repetition of our own.
    await catalogue.createUser('bob_one', await hash('bob_one'));
  });

  test('locked, it is logged out; unlocked, it can log in again', async () => {
    const open = await postgres.connect('bob_one', 'bob_one', 'bob_store');
    expect(await catalogue.unlocked(['bob_one', 'none', 'root'])).toEqual(['bob_one']);
    await catalogue.lock(['bob_one', 'none', 'root']);
    await expect(open.query('SELECT 1')).rejects.toThrow();
    await expect(as('bob_one', 'bob_store', 'SELECT 1')).rejects.toThrow('not permitted to log in');
    await catalogue.unlock(['bob_one']);
    await as('bob_one', 'bob_store', 'SELECT 1');
  });

  test('a removed one leaves what it created in its databases', async () => {
    await as('bob_one', 'bob_store', 'SET ROLE NONE', 'CREATE TABLE kept (id int)');
    const open = await postgres.connect('bob_one', 'bob_one', 'bob_store');
    for (const user of ['bob_one', 'bob_one']) await catalogue.dropUser(user);
    await expect(open.query('SELECT 1')).rejects.toThrow();
    await postgres.as('bob_two', 'new', 'bob_store', 'SELECT * FROM kept');
    expect(await catalogue.databases({ names: ['bob_store'], prefixes: [] })).toEqual([
      { name: 'bob_store', users: ['bob_two'] },
    ]);
  });

  test('one that owns objects elsewhere stays, and can still log in', async () => {
    await postgres.root('postgres', 'CREATE TABLE far (id int)', 'ALTER TABLE far OWNER TO bob_two');
    await expect(catalogue.dropUser('bob_two')).rejects.toThrow('“postgres”, which is not one of its own');
    await postgres.as('bob_two', 'new', 'bob_store', 'SELECT 1');
    await postgres.root('postgres', 'DROP TABLE far');
  });
});

test('what the owner of a database has set does not act on the administrator', async () => {
  await postgres.as(
    'bob_two',
    'new',
    'bob_store',
    'ALTER DATABASE bob_store SET search_path = public',
    "ALTER DATABASE bob_store SET role = 'bob_store owner'",
    'ALTER DATABASE bob_store SET default_transaction_read_only = on',
    'CREATE TABLE pg_roles (rolname text)',
  );
  await catalogue.share('bob_store');
  await catalogue.revoke('bob_store', 'bob_two');
  await catalogue.grant('bob_store', 'bob_two');
});

/** PostgreSQL’s own client prepares passwords as SASLprep says; the one in Node does not. */
async function withPsql(user: string, password: string): Promise<void> {
  const { execFile } = await import('node:child_process');
  const { promisify } = await import('node:util');
  const words = [
    '-X',
    '-h',
    '127.0.0.1',
    '-p',
    String(postgres.server.port),
    '-U',
    user,
    '-c',
    'SELECT 1',
    'postgres',
  ];
  await promisify(execFile)('psql', words, { env: { PATH: process.env.PATH, PGPASSWORD: password } });
}
