// Databases and users that an addon domain takes along when it becomes an account, on a real MariaDB server.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { start } from '../support/command.ts';
import { contentOf, everyMysqlObject } from '../support/every-mysql-object.ts';
import { Installation } from '../support/installation.ts';
import { PrivateMariadb } from '../support/private-mariadb.ts';
import { serveMariadb } from '../support/served-mariadb.ts';
import { WatchedMariadb } from '../support/watched-mariadb.ts';

const password = 'correct horse battery staple 7';
let here: Installation;
let server: PrivateMariadb;
let watched: WatchedMariadb;

beforeAll(async () => {
  server = await PrivateMariadb.start();
  watched = await WatchedMariadb.start(server);
});
afterAll(async () => {
  watched.stop();
  await server.stop();
});

type Args = Readonly<Record<string, string | string[]>>;
const app = { user: 'bob_app', password: 'x' };
const ro = { user: 'bob_ro', password: 'x' };
const wp = { user: 'bob_wpuser', password };
const conversion = { domain: 'shop.example', username: 'shop', wait: '1' };

async function succeed(command: string, args: Args = {}) {
  const { metadata, data } = await here.call(command, args);
  expect([command, metadata.result === 1 ? '' : metadata.reason]).toEqual([command, '']);
  const { messages = [], warnings = [] } = metadata.output ?? {};
  return { data, said: [...messages, ...warnings].join('\n') };
}
const uapi = (user: string, name: string, args: Record<string, string> = {}) =>
  here.uapi(user, `Mysql::${name}`, args);
const listed = async (user: string, what: 'database' | 'user') => {
  const { data } = await uapi(user, `list_${what}s`);
  return (data as Record<string, string>[]).map((row) => row[what]).sort();
};
const convert = (args: Args) => succeed('convert_addon_initiate_conversion', { ...conversion, ...args });
async function refusal(args: Args): Promise<string> {
  const { metadata } = await here.call('convert_addon_initiate_conversion', { ...conversion, ...args });
  expect(metadata.result).toBe(0);
  return metadata.reason;
}
const dumps = () => {
  const folder = join(here.state, 'root/var/lib/whmapi1-database-copies');
  return existsSync(folder) ? readdirSync(folder) : [];
};

beforeEach(async () => {
  here = new Installation();
  serveMariadb(here.state, server);
  await succeed('createacct', { username: 'bob', domain: 'bob.example', maxaddon: '1' });
  await succeed('create_subdomain', { domain: 'shop.bob.example', document_root: 'public_html/shop' });
  const alias = { domain: 'shop.example', username: 'bob', web_vhost_domain: 'shop.bob.example' };
  await succeed('create_parked_domain_for_user', alias);
  server.query(everyMysqlObject);
  for (const name of ['bob_wp', 'bob_blog']) await uapi('bob', 'create_database', { name });
  await uapi('bob', 'create_user', { name: 'bob_wpuser', password });
  const all = { user: 'bob_wpuser', privileges: 'ALL PRIVILEGES' };
  for (const database of ['bob_wp', 'bob_blog'])
    await uapi('bob', 'set_privileges_on_database', { ...all, database });
  server.query("CREATE TABLE bob_wp.posts (t TEXT); INSERT INTO bob_wp.posts VALUES ('hello')");
});
afterEach(() => {
  here.remove();
  const databases = server.query("SHOW DATABASES WHERE `Database` RLIKE '^(bob|shop|eve)_'").flat();
  for (const name of databases) server.query(`SET foreign_key_checks = 0; DROP DATABASE \`${name}\``);
  const users = server.query(
    "SELECT User, Host FROM mysql.user WHERE User RLIKE '^(bob|shop|eve)_' AND Host <> ''",
  );
  for (const [user, host] of users) server.query(`DROP USER '${user}'@'${host}'`);
  server.query('DROP ROLE IF EXISTS bob_reader');
});

test('a database and its user become the new account’s, and work as before all the time', async () => {
  await uapi('bob', 'add_host', { host: '203.0.113.7' });
  await uapi('bob', 'add_host_note', { host: '203.0.113.7', note: 'office' });
  const before = contentOf(server, 'bob_wp', 'bob_wpuser');
  const { said } = await convert({ movemysqldb: 'bob_wp', movemysqluser: 'bob_wpuser' });
  expect(said).toContain('Moved: database “bob_wp”, user “bob_wpuser”.');
  expect(said).toContain('The user “bob_wpuser” lost its privileges on the database “bob_blog”');
  expect(said).toContain('Other databases were not moved. They stay with “bob”');
  expect(contentOf(server, 'bob_wp', 'bob_wpuser')).toBe(before);
  expect(server.query('SELECT t FROM bob_wp.posts', wp)).toEqual([['hello']]);
  expect(server.refusal('SHOW TABLES IN bob_blog', wp)).toContain('denied');
  expect([await listed('bob', 'database'), await listed('shop', 'database')]).toEqual([
    ['bob_blog', 'bob_old', 'bob_other'],
    ['bob_wp'],
  ]);
  expect([await listed('bob', 'user'), await listed('shop', 'user')]).toEqual([
    ['bob_app', 'bob_ro'],
    ['bob_wpuser'],
  ]);
  expect((await uapi('shop', 'get_host_notes')).data).toEqual({ '203.0.113.7': 'office' });
  // The former owner can do nothing with them any more.
  for (const call of [
    uapi('bob', 'delete_database', { name: 'bob_wp' }),
    uapi('bob', 'set_password', { user: 'bob_wpuser', password: `${password}8` }),
    uapi('bob', 'set_privileges_on_database', { user: 'bob_app', database: 'bob_wp', privileges: 'SELECT' }),
  ])
    expect(await call).toMatchObject({ status: 0, errors: [expect.stringContaining('do not have')] });
  // The new one can rename them, and both can be removed alone.
  expect(await uapi('shop', 'rename_database', { oldname: 'bob_wp', newname: 'shop_wp' })).toMatchObject({
    status: 1,
  });
  expect(server.query('SELECT t FROM shop_wp.posts', wp)).toEqual([['hello']]);
  await succeed('removeacct', { username: 'bob' });
  expect(server.query('SELECT t FROM shop_wp.posts', wp)).toEqual([['hello']]);
  await succeed('removeacct', { username: 'shop' });
  expect(server.query("SHOW DATABASES LIKE 'shop%'")).toEqual([]);
});

test('all kinds of objects and privileges move with their database; users who stay lose theirs', async () => {
  const session = { user: 'bob_ro', password: 'x', database: 'bob_old' };
  expect(server.query('SELECT id FROM a_second LIMIT 1', session)).toHaveLength(1);
  server.query('DROP VIEW bob_old.across; DROP VIEW bob_old.of_union; DROP TABLE bob_other.outer_child');
  const before = contentOf(server, 'bob_old');
  const { said } = await convert({ movemysqldb: 'bob_old', movemysqluser: 'bob_app' });
  expect(said).toContain('“bob_ro” lost its privileges on the database “bob_old”');
  const after = contentOf(server, 'bob_old');
  const without = before.split('\n').filter((line) => !line.includes('bob_ro'));
  expect(after.split('\n')).toEqual(without);
  expect(server.refusal('SELECT 1 FROM bob_old.parent', ro)).toContain('denied');
  expect(server.query('SELECT n FROM bob_old.a_second LIMIT 1', app)).toEqual([['2']]);
});

test('a copy has everything but privileges, and the original stays as it is', async () => {
  const [before, privileges] = [
    contentOf(server, 'bob_wp', 'bob_wpuser'),
    server.query('SELECT * FROM mysql.db'),
  ];
  server.query(`USE bob_wp; CREATE TABLE b (x BLOB, v INT) WITH SYSTEM VERSIONING; CREATE SEQUENCE s; DO NEXTVAL(s);
    CREATE VIEW v AS SELECT t FROM bob_wp.posts; INSERT INTO b VALUES (UNHEX('00FF27225C'), 1); UPDATE b SET v = 2;
    CREATE TRIGGER tr BEFORE INSERT ON posts FOR EACH ROW SET NEW.t = CONCAT('é', NEW.t);
    CREATE FUNCTION f() RETURNS INT RETURN 3;
    CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2037-01-01' DO DELETE FROM posts;
    ALTER DATABASE bob_wp COMMENT 'a shop'`);
  const whole = contentOf(server, 'bob_wp');
  expect(whole).not.toBe(before);
  const { said } = await convert({ 'copymysqldb-bob_wp': 'shop_site' });
  expect(said).toContain('Copied: database “bob_wp” to “shop_site”.');
  expect(said).toContain('Nobody has privileges on the copies yet');
  const isOfPrivileges = (line: string) => /^(localhost|10\.0)/.test(line) || line.includes('bob_wpuser');
  const rows = (database: string) =>
    contentOf(server, database)
      .split('\n')
      .filter((line) => !isOfPrivileges(line));
  expect(rows('shop_site')).toEqual(rows('bob_wp'));
  expect(contentOf(server, 'bob_wp')).toBe(whole);
  expect(server.query('SELECT v FROM shop_site.b FOR SYSTEM_TIME ALL ORDER BY v')).toEqual([['1'], ['2']]);
  expect(server.query('SHOW CREATE VIEW shop_site.v').flat().join()).not.toContain('bob_wp');
  expect(server.query('SELECT * FROM mysql.db')).toEqual(privileges);
  expect(await listed('shop', 'database')).toEqual(['shop_site']);
  expect(await listed('bob', 'database')).toContain('bob_wp');
  expect(dumps()).toEqual([]);
});

test('what does not fit is refused before anything changes', async () => {
  await succeed('createacct', { username: 'eve', domain: 'eve.example' });
  await uapi('eve', 'create_database', { name: 'eve_x' });
  server.query(`CREATE DATABASE bob_late COLLATE utf8mb4_bin; CREATE PROCEDURE bob_late.p() SELECT 1;
    ALTER DATABASE bob_late COLLATE utf8mb4_general_ci`);
  await succeed('addpkg', { name: 'one', maxsql: '1', maxaddon: '1' });
  server.query('GRANT SELECT ON `bob\\_%`.* TO bob_ro@localhost');
  const before = [server.query('SELECT * FROM mysql.db'), server.query('SHOW DATABASES')];
  const cases: [Args, string][] = [
    [{ movemysqldb: 'eve_x' }, 'You do not have a database named “eve_x”.'],
    [{ movemysqldb: 'mysql' }, 'You do not have a database named “mysql”.'],
    [{ movemysqluser: 'root' }, 'You do not have a user named “root”.'],
    [{ 'copymysqldb-eve_x': 'shop_x' }, 'You do not have a database named “eve_x”.'],
    [{ 'copymysqldb-*': 'shop_x' }, 'You do not have a database named “*”.'],
    [{ 'copymysqldb-bob_wp': 'wp' }, 'begins with “shop_”'],
    [
      { 'copymysqldb-bob_wp': 'shop_x', 'copymysqldb-bob_blog': 'shop_x' },
      'Two copies have the name “shop_x”.',
    ],
    [
      { movemysqldb: ['bob_wp', 'bob_blog'], pkgname: 'one' },
      'The package of “shop” allows 1 MySQL databases, and the account would get 2.',
    ],
    [{ movemysqldb: 'bob_old' }, 'is defined by the user “bob_app”. Move both'],
    [{ movemysqluser: 'bob_app' }, 'of the database “bob_old” is defined by the user “bob_app”. Move both'],
    [{ 'copymysqldb-bob_old': 'shop_old' }, 'would act as this user in a copy too'],
    [{ movemysqldb: 'bob_other' }, 'in the database “bob_other” refers to the database “bob_old”. Move both'],
    [{ 'copymysqldb-bob_other': 'shop_other' }, 'Drop it before the database is copied.'],
    [{ 'copymysqldb-bob_late': 'shop_late' }, 'The routine “p” was created when the database “bob_late” had'],
    [
      { movemysqldb: 'bob_wp' },
      'The user “bob_ro” has privileges on all databases named like “bob\\_%”, also on “bob_wp”.',
    ],
  ];
  for (const [args, reason] of cases)
    expect([args, await refusal(args)]).toEqual([args, expect.stringContaining(reason)]);
  server.query('CREATE DATABASE shop_taken');
  expect(await refusal({ 'copymysqldb-bob_wp': 'shop_taken' })).toContain(
    'already has a database named “shop_taken”',
  );
  server.query('DROP DATABASE shop_taken');
  expect([server.query('SELECT * FROM mysql.db'), server.query('SHOW DATABASES')]).toEqual(before);
  expect((await succeed('listaccts')).data).toMatchObject({ acct: [{ user: 'bob' }, { user: 'eve' }] });
});

test('a dry run says what it would do', async () => {
  const args = {
    ...conversion,
    movemysqldb: 'bob_wp',
    movemysqluser: 'bob_wpuser',
    'copymysqldb-bob_blog': 'shop_blog',
  };
  const before = server.query('SHOW DATABASES');
  const answer = JSON.stringify(await here.call('convert_addon_initiate_conversion', args, { dryRun: true }));
  expect(answer).toContain('Copy the MariaDB database “bob_blog” to “shop_blog”.');
  expect(answer).toContain('Give “shop” the MariaDB database “bob_wp”, user “bob_wpuser”.');
  expect(answer).toContain('“bob_wpuser” loses its privileges on the database “bob_blog”.');
  expect(server.query('SHOW DATABASES')).toEqual(before);
});

test('a copy that fails is removed with the account', async () => {
  server.query(
    'CREATE TABLE bob_blog.t (a INT); CREATE VIEW bob_blog.v AS SELECT a FROM bob_blog.t; DROP TABLE bob_blog.t',
  );
  expect(await refusal({ 'copymysqldb-bob_blog': 'shop_blog', movemysqldb: 'bob_wp' })).toContain(
    'mariadb-dump',
  );
  expect(server.query("SHOW DATABASES LIKE 'shop%'")).toEqual([]);
  expect(dumps()).toEqual([]);
  expect((await succeed('getdomainowner', { domain: 'shop.example' })).data).toEqual({ user: 'bob' });
});

const isChange = (sql: string) => !/^(SELECT|SHOW|SET|USE)/i.test(sql);

test('a process that is killed after any statement has moved all or nothing, and the next call cleans up', async () => {
  const args = {
    ...conversion,
    movemysqldb: 'bob_wp',
    movemysqluser: 'bob_wpuser',
    'copymysqldb-bob_blog': 'shop_blog',
  };
  server.query('GRANT SELECT ON bob_wp.posts TO bob_ro@localhost; CREATE TABLE bob_blog.t AS SELECT 1 AS a');
  const privileges = () => [
    server.query('SELECT * FROM mysql.db ORDER BY Db, User, Host'),
    server.query('SELECT Host, Db, User, Table_name, Table_priv FROM mysql.tables_priv ORDER BY Db, User'),
  ];
  const before = privileges();
  const words = Object.entries(args).map(([name, value]) => `${name}=${value}`);
  const seen: string[] = [];
  for (let nth = 1; ; nth++) {
    serveMariadb(here.state, watched);
    let count = 0;
    const { child, done } = start(['convert_addon_initiate_conversion', ...words], {
      state: here.state,
      env: here.environment,
    });
    watched.onStatement = (sql, when) => {
      if (when !== 'after' || !isChange(sql) || sql.startsWith('/*') || ++count !== nth) return;
      seen.push(sql);
      child.kill('SIGKILL');
    };
    const { signal, stdout, stderr } = await done;
    watched.onStatement = () => undefined;
    serveMariadb(here.state, server);
    if (signal === null) {
      expect(stdout + stderr).toContain('Copied: database');
      break;
    }
    // A client that loads the copy lives longer.
    expect(server.query('SELECT t FROM bob_wp.posts', wp)).toEqual([['hello']]);
    await succeed('listaccts');
    const state = {
      nth,
      seen,
      privileges: privileges(),
      databases: server.query("SHOW DATABASES LIKE 'shop%'"),
    };
    expect(state).toEqual({ nth, seen, privileges: before, databases: [] });
    expect(await listed('bob', 'database')).toContain('bob_wp');
    expect(dumps()).toEqual([]);
  }
  expect(seen.length).toBeGreaterThan(6);
  expect(await listed('shop', 'database')).toEqual(['bob_wp', 'shop_blog']);
  expect(server.query('SELECT a FROM shop_blog.t')).toEqual([['1']]);
});
