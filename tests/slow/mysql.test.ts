// Mysql on a real MariaDB server: what an account has there, and what its users can do.
import { Installation } from '../support/installation.ts';
import { PrivateMariadb } from '../support/private-mariadb.ts';
import { serveMariadb } from '../support/served-mariadb.ts';

const password = 'correct horse battery staple 7';
let here: Installation;
let server: PrivateMariadb;

beforeAll(async () => {
  here = new Installation();
  server = await PrivateMariadb.start();
  serveMariadb(here.state, server);
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
}, 60_000);
afterAll(async () => {
  await server.stop();
  here.remove();
});

const uapi = (name: string, args: Record<string, string> = {}, user = 'bob') =>
  here.uapi(user, `Mysql::${name}`, args);
const done = { status: 1, errors: null };
const failed = (reason: string) => ({ status: 0, errors: [expect.stringContaining(reason) as string] });
const app = { user: 'bob_app', password };
/** The databases that the server has besides its own. */
const databases = () =>
  server
    .query('SHOW DATABASES')
    .flat()
    .filter((name) => !['mysql', 'sys', 'information_schema', 'performance_schema'].includes(name));

test('a user can do with a database what it was given, and nothing else', async () => {
  expect(await uapi('create_database', { name: 'bob_shop' })).toMatchObject(done);
  expect(await uapi('create_user', { name: 'bob_app', password })).toMatchObject(done);
  expect(databases()).toEqual(['bob_shop']);
  const use = 'CREATE TABLE bob_shop.t (a INT)';
  expect(server.refusal(use, app)).toContain('denied');
  const set = (privileges: string) =>
    uapi('set_privileges_on_database', { user: 'bob_app', database: 'bob_shop', privileges });
  expect(await set('ALL PRIVILEGES')).toMatchObject(done);
  expect(server.refusal(use, app)).toBeUndefined();
  // The underscore of a grant is no wildcard.
  server.query('CREATE DATABASE bobxshop');
  expect(server.refusal('CREATE TABLE bobxshop.t (a INT)', app)).toContain('denied');
  expect(server.query('SHOW GRANTS FOR bob_app@localhost').flat().join('\n')).toContain('`bob\\\\_shop`.*');

  expect(await set('SELECT,INSERT')).toMatchObject(done);
  expect(server.refusal('INSERT INTO bob_shop.t VALUES (1)', app)).toBeUndefined();
  expect(server.refusal('DROP TABLE bob_shop.t', app)).toContain('denied');
  expect(await set('SELECT')).toMatchObject(done);
  expect(server.refusal('INSERT INTO bob_shop.t VALUES (1)', app)).toContain('denied');
  expect(server.query('SELECT * FROM bob_shop.t', app)).toEqual([['1']]);
  server.query('DROP DATABASE bobxshop');
});

test('list_databases tells sizes', async () => {
  server.query('CREATE TABLE bob_shop.big (x TEXT)');
  const rows = Array.from({ length: 5000 }, () => '(REPEAT("x", 1000))').join(', ');
  server.query(`INSERT INTO bob_shop.big VALUES ${rows}; ANALYZE TABLE bob_shop.big`);
  const { data } = await uapi('list_databases');
  expect(data).toEqual([{ database: 'bob_shop', disk_usage: expect.any(Number), users: ['bob_app'] }]);
  expect((data as { disk_usage: number }[])[0]?.disk_usage).toBeGreaterThan(5_000_000);
});

test('what was made by hand is the account’s by its prefix', async () => {
  server.query("CREATE DATABASE bob_hand; CREATE USER bob_hand@'10.0.0.%' IDENTIFIED BY 'x'");
  // By hand, grants often have no escapes.
  server.query("GRANT SELECT ON `bob_hand`.* TO bob_hand@'10.0.0.%'");
  expect((await uapi('list_databases')).data).toMatchObject([
    { database: 'bob_hand', users: ['bob_hand'] },
    { database: 'bob_shop' },
  ]);
  expect((await uapi('list_databases', {}, 'eve')).data).toEqual([]);
  expect(await uapi('create_database', { name: 'bob_hand' })).toMatchObject(failed('already has a database'));
  expect(await uapi('create_user', { name: 'bob_hand', password })).toMatchObject(
    failed('already has a user'),
  );
  const grant = { user: 'bob_hand', database: 'bob_hand', privileges: 'INSERT' };
  expect(await uapi('set_privileges_on_database', grant)).toMatchObject(done);
  expect(server.query("SELECT Db, Select_priv, Insert_priv FROM mysql.db WHERE User = 'bob_hand'")).toEqual([
    ['bob\\\\_hand', 'N', 'Y'],
  ]);
  expect(await uapi('delete_database', { name: 'bob_hand' })).toMatchObject(done);
  expect(await uapi('delete_user', { name: 'bob_hand' })).toMatchObject(done);
  expect(server.query("SELECT User FROM mysql.user WHERE User = 'bob_hand'")).toEqual([]);
});

test('a removed database leaves no privileges behind', async () => {
  expect(await uapi('create_database', { name: 'bob_old' })).toMatchObject(done);
  const grant = { user: 'bob_app', database: 'bob_old', privileges: 'ALL PRIVILEGES' };
  expect(await uapi('set_privileges_on_database', grant)).toMatchObject(done);
  expect(await uapi('delete_database', { name: 'bob_old' })).toMatchObject(done);
  server.query('CREATE DATABASE bob_old');
  expect(server.refusal('CREATE TABLE bob_old.t (a INT)', app)).toContain('denied');
  server.query('DROP DATABASE bob_old');
});

test('delete_user ends its access', async () => {
  expect(await uapi('delete_user', { name: 'bob_app' })).toMatchObject(done);
  expect(server.refusal('SELECT 1', app)).toContain('denied');
  expect(await uapi('delete_database', { name: 'bob_shop' })).toMatchObject(done);
  expect(databases()).toEqual([]);
});

test('hostile passwords', async () => {
  for (const hostile of [
    `a'b"c\\d\`e%f_g; DROP DATABASE mysql; -- ünïcödé 😀`,
    `\\' OR ''=' lang genug ist es`,
  ]) {
    expect(await uapi('create_user', { name: 'bob_app', password: hostile })).toMatchObject(done);
    expect(server.refusal('SELECT 1', { user: 'bob_app', password: hostile })).toBeUndefined();
    expect(await uapi('delete_user', { name: 'bob_app' })).toMatchObject(done);
  }
});

test('a server that is down', async () => {
  await server.halt();
  expect(await uapi('list_databases')).toMatchObject(failed('It does not run. Start it'));
  expect(await uapi('create_user', { name: 'bob_app', password })).toMatchObject(failed('It does not run.'));
  await server.resume();
  expect((await uapi('list_users')).data).toEqual([]);
});
