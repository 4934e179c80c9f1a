// Databases of accounts on a real PostgreSQL server, which a sandbox runs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { backUpStore, restoreStore } from '../../src/administration/installation.ts';
import { Rebuilding, type Outcome } from '../../src/administration/rebuild.ts';
import { Installation } from '../support/installation.ts';
import { PrivatePostgresql } from '../support/private-postgresql.ts';
import { runTasks } from '../support/run-tasks.ts';
import { servePostgresql } from '../support/served-postgresql.ts';

const password = 'correct horse battery staple 7';
const other = 'battery staple correct horse 8';

let postgres: PrivatePostgresql;
let here: Installation;

beforeAll(async () => {
  postgres = await PrivatePostgresql.start(
    ...['logging_collector=on', 'log_directory=log', 'log_filename=server.log', 'log_statement=all'],
  );
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  here = new Installation();
  here.overrides.randomBytes = async (count) => crypto.getRandomValues(new Uint8Array(count));
  servePostgresql(here.state, postgres);
  for (const username of ['bob', 'eve']) {
    await here.call('createacct', { username, domain: `${username}.example`, password, maxsql: '3' });
  }
});
afterEach(async () => {
  for (const user of ['bob', 'eve', 'robert']) await here.call('removeacct', { user });
  here.remove();
  expect(await left()).toEqual([]);
});

/** What is left of accounts on the server. */
function left(): Promise<unknown> {
  return postgres.root(
    'postgres',
    `SELECT rolname AS name FROM pg_roles WHERE rolname !~ '^(pg_|postgres$|root$)'
      UNION ALL SELECT datname FROM pg_database WHERE datname !~ '^(template|postgres$)'`,
  );
}

type Arguments = Readonly<Record<string, string>>;

async function uapi(name: string, args: Arguments = {}, user = 'bob') {
  const { errors, data } = await here.uapi(user, `Postgresql::${name}`, args);
  expect([name, errors]).toEqual([name, null]);
  return data;
}

async function whm(name: string, args: Arguments): Promise<void> {
  const { metadata } = await here.call(name, args);
  expect([name, metadata.reason]).toEqual([name, 'OK']);
}

async function createShop(): Promise<void> {
  await uapi('create_database', { name: 'bob_shop' });
  for (const name of ['bob_app', 'bob_two']) {
    await uapi('create_user', { name, password });
    await uapi('grant_all_privileges', { database: 'bob_shop', user: name });
  }
  await postgres.as('bob_app', password, 'bob_shop', 'CREATE TABLE t (id int)', 'INSERT INTO t VALUES (1)');
}

test('the users of an account work in its databases, and no other account’s do', async () => {
  await createShop();
  await uapi('create_user', { name: 'eve_app', password }, 'eve');
  await uapi('create_database', { name: 'eve_shop' }, 'eve');
  expect(await postgres.as('bob_two', password, 'bob_shop', 'SELECT id FROM t')).toEqual([{ id: 1 }]);
  await expect(postgres.as('eve_app', password, 'bob_shop', 'SELECT 1')).rejects.toThrow('permission denied');
  await expect(postgres.as('bob_app', password, 'eve_shop', 'SELECT 1')).rejects.toThrow('permission denied');
  await expect(postgres.as('bob_app', other, 'bob_shop', 'SELECT 1')).rejects.toThrow(
    'password authentication',
  );
  const [shop] = (await uapi('list_databases')) as Record<string, unknown>[];
  expect(shop).toMatchObject({ database: 'bob_shop', users: ['bob_app', 'bob_two'] });
  expect(shop?.disk_usage).toBeGreaterThan(1_000_000);
});

test('a user who has all its connections is refused another one, and keeps nobody else out', async () => {
  await createShop();
  await uapi('create_database', { name: 'eve_shop' }, 'eve');
  const limitsOf = async (user: string) =>
    postgres.root('postgres', `SELECT rolconnlimit AS most FROM pg_roles WHERE rolname = '${user}'`);
  expect(await limitsOf('bob_app')).toEqual([{ most: 40 }]);
  await postgres.root('postgres', 'ALTER ROLE bob_two CONNECTION LIMIT -1');
  await whm('set_tweaksetting', { key: 'database_user_connections', value: '3' });
  await runTasks(here, 'limit-database-connections');
  await uapi('create_user', { name: 'eve_app', password }, 'eve');
  await uapi('grant_all_privileges', { database: 'eve_shop', user: 'eve_app' }, 'eve');
  const held = [];
  for (let count = 0; count < 3; count++) held.push(await postgres.connect('bob_app', password, 'bob_shop'));
  await expect(postgres.connect('bob_app', password, 'bob_shop')).rejects.toThrow('too many connections');
  held.push(await postgres.connect('eve_app', password, 'eve_shop'));
  await Promise.all(held.map((client) => client.end()));
  expect(await limitsOf('bob_two')).toEqual([{ most: 3 }]);
  await whm('rename_postgresql_user', { oldname: 'bob_app', newname: 'bob_web', cpuser: 'bob', password });
  expect(await limitsOf('bob_web')).toEqual([{ most: 3 }]);
  await whm('set_tweaksetting', { key: 'database_user_connections', value: '0' });
  await runTasks(here, 'limit-database-connections');
  expect(await limitsOf('bob_web')).toEqual([{ most: -1 }]);
});

test('get_restrictions tells the longest names that the server accepts', async () => {
  const limits = (await uapi('get_restrictions')) as Record<string, number>;
  const name = (length: number) => 'bob_'.padEnd(length, 'x');
  const database = name(Number(limits.max_database_name_length));
  const user = name(Number(limits.max_username_length));
  await uapi('create_database', { name: database });
  await uapi('create_user', { name: user, password });
  await uapi('grant_all_privileges', { database, user });
  await postgres.as(user, password, database, 'CREATE TABLE t (id int)');
  for (const [call, args] of [
    ['create_database', { name: `${database}x` }],
    ['create_user', { name: `${user}x`, password }],
  ] as const) {
    expect(await here.uapi('bob', `Postgresql::${call}`, args)).toMatchObject({ status: 0 });
  }
});

test('no password is in the log of the server, although it logs all statements', async () => {
  await createShop();
  await uapi('set_password', { user: 'bob_app', password: other });
  await uapi('rename_user', { oldname: 'bob_app', newname: 'bob_web', password });
  const log = readFileSync(join(postgres.server.folder, 'data/log/server.log'), 'utf8');
  expect(log).toContain('ALTER ROLE "bob_web" PASSWORD \'SCRAM-SHA-256$4096:');
  expect(log).not.toContain('staple');
});

test('renaming and passwords, by the account and by root', async () => {
  await createShop();
  await uapi('rename_database', { oldname: 'bob_shop', newname: 'bob_store' });
  await uapi('rename_user', { oldname: 'bob_app', newname: 'bob_web', password: other });
  await uapi('rename_user_no_password', { oldname: 'bob_two', newname: 'bob_three' });
  const rows = [{ id: 1 }];
  expect(await postgres.as('bob_web', other, 'bob_store', 'SELECT id FROM t')).toEqual(rows);
  expect(await postgres.as('bob_three', password, 'bob_store', 'SELECT id FROM t')).toEqual(rows);
  await whm('rename_postgresql_database', { oldname: 'bob_store', newname: 'bob_shop' });
  await whm('rename_postgresql_user', { oldname: 'bob_web', newname: 'bob_app', password, cpuser: 'bob' });
  await whm('set_postgresql_password', { user: 'bob_three', password: other });
  expect(await postgres.as('bob_app', password, 'bob_shop', 'SELECT id FROM t')).toEqual(rows);
  expect(await postgres.as('bob_three', other, 'bob_shop', 'SELECT id FROM t')).toEqual(rows);
  await postgres.root('postgres', `ALTER ROLE bob_three PASSWORD 'md5${'0'.repeat(32)}'`);
  const { errors } = await here.uapi('bob', 'Postgresql::rename_user_no_password', {
    oldname: 'bob_three',
    newname: 'bob_four',
  });
  expect(errors?.[0]).toContain('would remove the password of “bob_three”');
});

test('the users of a suspended account cannot log in', async () => {
  await createShop();
  await postgres.root('postgres', 'CREATE ROLE bob_hand LOGIN', 'CREATE ROLE bobby LOGIN');
  const open = await postgres.connect('bob_app', password, 'bob_shop');
  await whm('suspendacct', { user: 'bob' });
  await expect(open.query('SELECT 1')).rejects.toThrow();
  await expect(postgres.as('bob_two', password, 'bob_shop', 'SELECT 1')).rejects.toThrow(
    'not permitted to log in',
  );
  const locked = "SELECT rolname FROM pg_roles WHERE NOT rolcanlogin AND rolname ~ '^bob[^ ]*$' ORDER BY 1";
  expect(await postgres.root('postgres', locked)).toEqual([
    { rolname: 'bob_app' },
    { rolname: 'bob_hand' },
    { rolname: 'bob_two' },
  ]);
  await whm('set_postgresql_password', { user: 'bob_two', password: other });
  await whm('unsuspendacct', { user: 'bob' });
  expect(await postgres.as('bob_two', other, 'bob_shop', 'SELECT id FROM t')).toEqual([{ id: 1 }]);
  await postgres.root('postgres', 'DROP ROLE bobby');
});

test('what was created by hand is the account’s by its name, and keeps its contents', async () => {
  await postgres.root(
    'postgres',
    "CREATE ROLE bob_old LOGIN PASSWORD 'old'",
    'CREATE DATABASE bob_hand OWNER bob_old',
  );
  await postgres.as('bob_old', 'old', 'bob_hand', 'CREATE TABLE t (id int)');
  await uapi('create_user', { name: 'bob_app', password });
  expect(await uapi('list_users')).toEqual(['bob_app', 'bob_old']);
  expect(await uapi('list_databases')).toMatchObject([{ database: 'bob_hand', users: ['bob_old'] }]);
  await uapi('update_privileges');
  await uapi('grant_all_privileges', { database: 'bob_hand', user: 'bob_app' });
  await postgres.as('bob_app', password, 'bob_hand', 'ALTER TABLE t ADD more int');
  await postgres.as('bob_old', 'old', 'bob_hand', 'ALTER TABLE t ADD yet int');
});

test('modifyacct rename_database_objects=1 gives databases and users the new prefix', async () => {
  await createShop();
  await uapi('create_database', { name: 'bob_tmp' });
  const rename = () =>
    here.call('modifyacct', { user: 'bob', newuser: 'robert', rename_database_objects: '1' });
  // By hand, with a password that another name would make useless.
  await postgres.root('postgres', "SET password_encryption = 'md5'; CREATE ROLE bob_md5 LOGIN PASSWORD 'x'");
  expect((await rename()).metadata.reason).toContain('PostgreSQL would remove the password of “bob_md5”');
  await postgres.root('postgres', 'DROP ROLE bob_md5');
  expect((await rename()).metadata.reason).toBe('OK');
  expect(await uapi('list_databases', {}, 'robert')).toMatchObject([
    { database: 'robert_shop', users: ['robert_app', 'robert_two'] },
    { database: 'robert_tmp', users: [] },
  ]);
  expect(await postgres.as('robert_two', password, 'robert_shop', 'SELECT id FROM t')).toEqual([{ id: 1 }]);
  await expect(postgres.as('bob_two', password, 'robert_shop', 'SELECT 1')).rejects.toThrow();
});

test('users come back with their passwords and privileges after a restore on another server', async () => {
  await createShop();
  await postgres.root('postgres', `ALTER ROLE bob_two PASSWORD NULL`);
  const file = join(here.directory, 'backup');
  await backUpStore(here.environment, file, { withKey: false, force: false });
  here.close();
  await restoreStore(here.environment, file, { force: true, dryRun: false });
  // As on a new server, on which the administrator has made the database.
  await postgres.root('postgres', 'DROP DATABASE bob_shop');
  const roles = await postgres.root(
    'postgres',
    "SELECT rolname AS name FROM pg_roles WHERE rolname LIKE 'bob%'",
  );
  for (const { name } of roles) await postgres.root('postgres', `DROP ROLE "${String(name)}"`);
  await postgres.root('postgres', 'CREATE DATABASE bob_shop');
  const rebuilding = new Rebuilding(here.environment);
  const outcomes: Outcome[] = [];
  try {
    await rebuilding.run(await rebuilding.look(['bob']), false, (outcome) => outcomes.push(outcome));
    const { missing } = await rebuilding.look(['bob']);
    expect(missing).toMatchObject([
      { part: 'postgresql', kind: 'lost', what: expect.stringContaining('“bob_two”') as string },
    ]);
  } finally {
    rebuilding.close();
  }
  expect(outcomes).toMatchObject([
    { part: 'postgresql', warnings: [expect.stringContaining('no passwords of them: “bob_two”.') as string] },
  ]);
  await postgres.as('bob_app', password, 'bob_shop', 'CREATE TABLE t (id int)');
  await expect(postgres.as('bob_app', other, 'bob_shop', 'SELECT 1')).rejects.toThrow('password');
});

test('a server that is down is told, and nothing is changed', async () => {
  await createShop();
  await postgres.server.halt();
  for (const [name, args] of [
    ['list_databases', {}],
    ['create_database', { name: 'bob_more' }],
    ['set_password', { user: 'bob_app', password: other }],
  ] as const) {
    const { errors } = await here.uapi('bob', `Postgresql::${name}`, args);
    expect(errors?.[0]).toContain('The PostgreSQL server of this machine cannot be used. It does not run.');
  }
  await postgres.server.restart();
  expect(await uapi('list_databases')).toMatchObject([{ database: 'bob_shop' }]);
  expect(await postgres.as('bob_app', password, 'bob_shop', 'SELECT id FROM t')).toEqual([{ id: 1 }]);
});

test('the limit of the package holds for calls at the same time', async () => {
  const calls = ['a', 'b', 'c', 'd', 'e'].map((name) =>
    here.uapi('bob', 'Postgresql::create_database', { name: `bob_${name}` }),
  );
  const answers = await Promise.all(calls);
  expect(answers.filter(({ status }) => status === 1)).toHaveLength(3);
  expect(await uapi('list_databases')).toHaveLength(3);
});
