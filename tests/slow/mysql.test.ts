// Mysql on a real MariaDB server: what an account has there, and what its users can do.
import setUp from '../../src/capabilities/databases/driver/mysql/steps/set-up.ts';
import { MysqlServer } from '../../src/machine/databases/mysql.ts';
import { Installation } from '../support/installation.ts';
import { PrivateMariadb } from '../support/private-mariadb.ts';
import { serveMariadb } from '../support/served-mariadb.ts';
import { WatchedMariadb } from '../support/watched-mariadb.ts';

const password = 'correct horse battery staple 7';
let here: Installation;
let server: PrivateMariadb;

beforeAll(async () => {
  here = new Installation();
  server = await PrivateMariadb.start();
  serveMariadb(here.state, server);
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
});
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

test('get_restrictions tells the longest names that the server accepts', async () => {
  const { data } = await uapi('get_restrictions');
  const { max_database_name_length: database, max_username_length: user } = data as Record<string, number>;
  for (const [kind, longest] of [
    ['database', database],
    ['user', user],
  ] as const) {
    // Its “_” counts twice in the name of a database.
    const name = 'bob_'.padEnd(Number(longest) - (kind === 'database' ? 1 : 0), 'x');
    const secret = kind === 'user' ? { password } : {};
    expect(await uapi(`create_${kind}`, { name: `${name}x`, ...secret })).toMatchObject({ status: 0 });
    expect(await uapi(`create_${kind}`, { name, ...secret })).toMatchObject(done);
    expect(await uapi(`delete_${kind}`, { name })).toMatchObject(done);
  }
});

test('list_database_users and list_mysql_databases_and_users tell what the server has', async () => {
  const users = async () => ((await here.call('list_database_users')).data as { payload: unknown }).payload;
  const bobs = async () => (await here.call('list_mysql_databases_and_users', { user: 'bob' })).data;
  const config = {
    'mysql-version': /^\d+\.\d+/.exec(server.query('SELECT VERSION()')[0]?.[0] ?? '')?.[0],
    use_db_prefix: 1,
  };
  expect(await users()).toEqual([{ cpuser: 'bob', engine: 'mysql', name: 'bob_app' }]);
  expect(await bobs()).toEqual({
    mysql_config: { ...config, prefix_length: 16 },
    mysql_databases: { bob_shop: ['bob_app'] },
  });
  server.query("CREATE USER eve_hand@localhost IDENTIFIED BY 'x'");
  expect(await users()).toContainEqual({ cpuser: 'eve', engine: 'mysql', name: 'eve_hand' });
  expect(await uapi('delete_user', { name: 'eve_hand' }, 'eve')).toMatchObject(done);
});

test('list_databases tells sizes', async () => {
  server.query('CREATE TABLE bob_shop.big (x TEXT)');
  const rows = Array.from({ length: 5000 }, () => '(REPEAT("x", 1000))').join(', ');
  server.query(`INSERT INTO bob_shop.big VALUES ${rows}; ANALYZE TABLE bob_shop.big`);
  const { data } = await uapi('list_databases');
  expect(data).toEqual([
    { database: 'bob_shop', disk_usage: expect.any(Number) as number, users: ['bob_app'] },
  ]);
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

test('nobody has privileges on what a removed database had', async () => {
  await uapi('create_database', { name: 'bob_parts' });
  server.query(`CREATE TABLE bob_parts.t (a INT, b INT); CREATE FUNCTION bob_parts.f() RETURNS INT RETURN 1;
    CREATE PROCEDURE bob_parts.p() SELECT 1; CREATE ROLE bob_parts_role; CREATE USER bob_all@'%' IDENTIFIED BY 'x';
    GRANT SELECT, INSERT (a), UPDATE (a, b) ON bob_parts.t TO bob_app@localhost WITH GRANT OPTION;
    GRANT REFERENCES (b) ON bob_parts.t TO bob_parts_role;
    GRANT EXECUTE ON FUNCTION bob_parts.f TO bob_app@localhost; GRANT ALTER ROUTINE ON PROCEDURE bob_parts.p TO bob_all@'%';
    GRANT ALL PRIVILEGES ON bob_parts.* TO bob_all@'%' WITH GRANT OPTION;
    GRANT SELECT ON bob_parts.* TO PUBLIC; GRANT SELECT ON bob_parts.t TO PUBLIC;
    CREATE DATABASE bobxparts; CREATE TABLE bobxparts.t (a INT); GRANT SELECT ON bobxparts.t TO bob_app@localhost`);
  expect(await uapi('delete_database', { name: 'bob_parts' })).toMatchObject(done);
  const rows = ['db', 'tables_priv', 'columns_priv', 'procs_priv'].map(
    (table) => `SELECT '${table}', User FROM mysql.${table} WHERE Db LIKE 'bob%parts'`,
  );
  // What is on another database stays.
  expect(server.query(rows.join(' UNION ALL '))).toEqual([['tables_priv', 'bob_app']]);
  server.query("DROP DATABASE bobxparts; DROP ROLE bob_parts_role; DROP USER bob_all@'%'");
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

describe('users with several hosts', () => {
  const hostsOf = (user: string) =>
    server.query(`SELECT Host FROM mysql.user WHERE User = '${user}' ORDER BY Host`).flat();

  beforeAll(async () => {
    await uapi('create_database', { name: 'bob_remote' });
    await uapi('create_user', { name: 'bob_first', password });
    const grant = { user: 'bob_first', database: 'bob_remote', privileges: 'SELECT,INSERT' };
    await uapi('set_privileges_on_database', grant);
  });

  test('a new host has the password and the privileges of the first one', async () => {
    expect(await uapi('add_host', { host: '192.0.2.0/24' })).toMatchObject({
      ...done,
      warnings: [expect.stringContaining('only from its own server (bind-address 127.0.0.1).')],
    });
    const network = '192.0.2.0/255.255.255.0';
    expect(hostsOf('bob_first')).toEqual([network, 'localhost']);
    const identities = server
      .query("SELECT authentication_string, plugin FROM mysql.user WHERE User = 'bob_first'")
      .map((row) => row.join());
    expect(new Set(identities).size).toBe(1);
    const grants = server.query(
      "SELECT Db, Select_priv, Insert_priv, Update_priv FROM mysql.db WHERE User = 'bob_first'",
    );
    expect(grants).toEqual([0, 1].map(() => ['bob\\\\_remote', 'Y', 'Y', 'N']));
    // Later users and privileges have all hosts too.
    await uapi('create_user', { name: 'bob_second', password });
    expect(hostsOf('bob_second')).toEqual([network, 'localhost']);
    const all = { user: 'bob_second', database: 'bob_remote', privileges: 'ALL PRIVILEGES' };
    await uapi('set_privileges_on_database', all);
    expect((await uapi('get_privileges_on_database', all)).data).toEqual(['ALL PRIVILEGES']);
    const pair = { db: 'bob_remote', user: 'bob_second' };
    expect((await here.api2('bob', 'MysqlFE::userdbprivs', pair)).data).toMatchObject([
      { ALLPRIVILEGES: 1, LOCKTABLES: 1 },
    ]);
    expect((await here.api2('bob', 'MysqlFE::listusersindb', { db: 'bob_remote' })).data).toEqual([
      { db: 'bob_remote', user: 'bob_first' },
      pair,
    ]);
    expect(server.query("SELECT COUNT(*) FROM mysql.db WHERE User = 'bob_second'")).toEqual([['2']]);
  });

  test('update_privileges gives users the hosts that they miss', async () => {
    server.query("CREATE USER bob_byhand@localhost IDENTIFIED BY 'x' ACCOUNT LOCK");
    expect(await uapi('update_privileges')).toMatchObject(done);
    expect(hostsOf('bob_byhand')).toEqual(['192.0.2.0/255.255.255.0', 'localhost']);
    expect(server.query("SHOW CREATE USER bob_byhand@'192.0.2.0/255.255.255.0'").flat()[0]).toContain('LOCK');
    await uapi('delete_user', { name: 'bob_byhand' });
  });

  test('delete_host takes it from every user', async () => {
    expect(await uapi('delete_host', { host: '192.0.2.0/24' })).toMatchObject(done);
    for (const user of ['bob_first', 'bob_second']) expect(hostsOf(user)).toEqual(['localhost']);
    expect(server.query("SELECT COUNT(*) FROM mysql.db WHERE Host <> 'localhost'")).toEqual([['0']]);
  });

  test('set_password', async () => {
    const next = 'another horse battery staple 8';
    expect((await uapi('set_password', { user: 'bob_first', password: next })).data).toEqual({
      failures: [],
    });
    expect(server.refusal('SELECT 1', { user: 'bob_first', password })).toContain('denied');
    expect(server.refusal('SELECT 1', { user: 'bob_first', password: next })).toBeUndefined();
  });

  test('revoke_access_to_database', async () => {
    const of = { user: 'bob_second', database: 'bob_remote' };
    expect(await uapi('revoke_access_to_database', of)).toMatchObject(done);
    expect((await uapi('get_privileges_on_database', of)).data).toEqual([]);
    expect(server.query("SELECT COUNT(*) FROM mysql.db WHERE User = 'bob_second'")).toEqual([['0']]);
    await uapi('delete_user', { name: 'bob_second' });
  });
});

test('check_database, repair_database, dump_database_schema and list_routines', async () => {
  await uapi('set_privileges_on_database', {
    ...{ user: 'bob_first', database: 'bob_remote' },
    privileges: 'ALL PRIVILEGES',
  });
  const first = { user: 'bob_first', password: 'another horse battery staple 8', database: 'bob_remote' };
  server.query(
    `CREATE TABLE inno (a INT) ENGINE=InnoDB; CREATE TABLE \`my\`\`isam\` (a INT) ENGINE=MyISAM;
     INSERT INTO inno VALUES (42); CREATE VIEW shown AS SELECT a FROM inno;
     CREATE TRIGGER beforehand BEFORE INSERT ON inno FOR EACH ROW SET NEW.a = 1;
     CREATE FUNCTION total() RETURNS INT DETERMINISTIC RETURN 7;`,
    first,
  );
  const ok = (table: string) => ({ table, msg_type: 'status', msg_text: 'OK' });
  expect((await uapi('check_database', { name: 'bob_remote' })).data).toEqual([
    ...['inno', 'my`isam', 'shown'].map(ok),
  ]);
  const { data: repaired } = await uapi('repair_database', { name: 'bob_remote' });
  expect(repaired).toContainEqual(ok('my`isam'));
  expect(repaired).toContainEqual(ok('inno'));

  const schema = (await uapi('dump_database_schema', { dbname: 'bob_remote' })).data as string;
  for (const part of ['CREATE TABLE `inno`', '`my``isam`', 'TRIGGER', 'FUNCTION `total`', 'VIEW `shown`']) {
    expect(schema).toContain(part);
  }
  expect(schema).not.toContain('42');
  // What it says creates the same again.
  server.query('CREATE DATABASE bob_copy');
  server.query(`USE bob_copy; ${schema}`);
  const copied = (await uapi('dump_database_schema', { dbname: 'bob_copy' })).data as string;
  // The tool writes the tables of a view with or without their database.
  expect(copied.replaceAll('`bob_copy`.', '')).toBe(schema.replaceAll('`bob_remote`.', ''));
  await uapi('delete_database', { name: 'bob_copy' });

  expect((await uapi('list_routines')).data).toEqual(['bob_remote.total']);
  expect((await uapi('list_routines', { database_user: 'bob_first' })).data).toEqual(['bob_remote.total']);
  expect((await uapi('list_routines', {}, 'eve')).data).toEqual([]);
  expect((await uapi('get_server_information')).data).toEqual({
    ...{ host: 'localhost', is_remote: 0 },
    version: server.query('SELECT VERSION()')[0]?.[0]?.split('-')[0],
  });
});

test('setup_db_and_user gives a user who can use the database at once', async () => {
  const { data } = await uapi('setup_db_and_user');
  const {
    database = '',
    database_user: user = '',
    database_user_password: given = '',
  } = data as Record<string, string>;
  expect(server.refusal('CREATE TABLE t (a INT)', { user, password: given, database })).toBeUndefined();
});

test('setup_db_and_user sends one question before its three statements, and asks for databases only if there is a limit', async () => {
  const watched = await WatchedMariadb.start(server);
  serveMariadb(here.state, watched);
  const sent: string[] = [];
  watched.onStatement = (sql, when) => {
    if (when === 'before') sent.push(/^(?:SHOW|SET SESSION|CREATE \w+|\w+)/.exec(sql)?.[0] ?? sql);
  };
  try {
    expect(await uapi('setup_db_and_user', { prefix: 'any' })).toMatchObject(done);
    expect(sent.splice(0)).toEqual(['SET SESSION', 'SELECT', 'CREATE USER', 'CREATE DATABASE', 'GRANT']);
    await here.call('modifyacct', { user: 'bob', MAXSQL: '100' });
    expect(await uapi('setup_db_and_user', { prefix: 'some' })).toMatchObject(done);
    // It may have begun with a new connection.
    expect(sent.filter((one) => one !== 'SET SESSION')).toEqual([
      ...['SELECT', 'SELECT', 'CREATE USER', 'CREATE DATABASE', 'GRANT'],
    ]);
  } finally {
    await here.call('modifyacct', { user: 'bob', MAXSQL: 'unlimited' });
    serveMariadb(here.state, server);
    watched.stop();
  }
});

test('a piece of work on a kept connection finds no settings, locks or variables of the one before', async () => {
  const kept = new MysqlServer({ socket: server.socket });
  const ask = async (...statements: string[]) =>
    kept.use(async (connection) => {
      let rows: Record<string, unknown>[] = [];
      for (const sql of statements) rows = await connection.query(sql);
      return rows[0];
    });
  const state = `SELECT @a AS a, @@SESSION.foreign_key_checks AS checks, @@SESSION.sql_mode AS mode,
    IS_FREE_LOCK('bob_kept') AS isFree`;
  const fresh = await ask(state);
  expect(fresh).toEqual({ a: null, checks: 1, mode: 'STRICT_TRANS_TABLES', isFree: 1 });
  for (const leaving of [
    'SET SESSION foreign_key_checks = 0',
    'SELECT @a := 1',
    'SELECT 1 INTO @a',
    "SELECT GET_LOCK('bob_kept', 0)",
    "SET SESSION sql_mode = ''",
  ]) {
    await ask(leaving);
    expect([leaving, await ask(state)]).toEqual([leaving, fresh]);
  }
});

test('a set-up leaves nothing if it is undone, or if the database appears meanwhile', async () => {
  const { machine, sealer } = here.engine;
  const name = 'bob_meanwhile';
  const input = { name, hosts: ['localhost'], privileges: ['ALL PRIVILEGES'] };
  const work = { input, memento: { port: null }, secret: password, sealer };
  const left = () => [
    databases().includes(name),
    server.query(`SELECT COUNT(*) FROM mysql.user WHERE User = '${name}'`).flat()[0],
  ];
  await setUp.apply(machine, work);
  expect(left()).toEqual([true, '1']);
  await setUp.undo?.(machine, work);
  expect(left()).toEqual([false, '0']);
  server.query(`CREATE DATABASE ${name}`);
  await expect(setUp.apply(machine, work)).rejects.toMatchObject({ code: 'exists' });
  expect(left()).toEqual([true, '0']);
  server.query(`DROP DATABASE ${name}`);
});

test('of calls at the same time, no more than the limit succeed', async () => {
  await here.call('modifyacct', { user: 'eve', MAXSQL: '2' });
  const names = ['a', 'b', 'c', 'd', 'e', 'f'].map((one) => `eve_${one}`);
  const answers = await Promise.all(names.map((name) => uapi('create_database', { name }, 'eve')));
  expect(answers.filter(({ status }) => status === 1)).toHaveLength(2);
  expect(databases().filter((name) => name.startsWith('eve_'))).toHaveLength(2);
});

test('a server that is down', async () => {
  await server.halt();
  expect(await uapi('list_databases')).toMatchObject(failed('It does not run. Start it'));
  expect(await uapi('create_user', { name: 'bob_app', password })).toMatchObject(failed('It does not run.'));
  await server.resume();
  expect((await uapi('list_users', {}, 'eve')).data).toEqual([]);
});
