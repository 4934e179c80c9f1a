// What happens to an account’s databases on a real MariaDB server when the account is suspended, renamed or removed.
import { createConnection } from 'mysql2/promise';
import { Installation } from '../support/installation.ts';
import { PrivateMariadb } from '../support/private-mariadb.ts';
import { runTasks } from '../support/run-tasks.ts';
import { serveMariadb } from '../support/served-mariadb.ts';

const password = 'correct horse battery staple 7';
const app = { user: 'bob_app', password };
const rows = 'SELECT a FROM bob_shop.t';
let here: Installation;
let server: PrivateMariadb;

beforeAll(async () => {
  server = await PrivateMariadb.start();
});
afterAll(() => server.stop());

beforeEach(async () => {
  here = new Installation();
  serveMariadb(here.state, server);
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
  for (const [name, args] of [
    ['create_database', { name: 'bob_shop' }],
    ['create_user', { name: 'bob_app', password }],
    ['set_privileges_on_database', { user: 'bob_app', database: 'bob_shop', privileges: 'ALL PRIVILEGES' }],
  ] as const)
    expect(await here.uapi('bob', `Mysql::${name}`, args)).toMatchObject({ status: 1, errors: null });
  server.query('CREATE TABLE bob_shop.t (a INT); INSERT INTO bob_shop.t VALUES (1)');
  // By hand. `bobby` only begins like the account’s name.
  server.query(
    `CREATE DATABASE bob_hand; CREATE DATABASE bobby; CREATE USER bob_hand@localhost IDENTIFIED BY 'x'`,
  );
});
afterEach(() => {
  server.query('DROP DATABASE IF EXISTS bob_shop; DROP DATABASE IF EXISTS bob_hand; DROP DATABASE bobby');
  server.query('DROP USER IF EXISTS bob_app@localhost, bob_hand@localhost');
  here.remove();
});

async function whm(name: string, args: Record<string, string>): Promise<void> {
  const { metadata } = await here.call(name, args);
  expect(metadata).toMatchObject({ result: 1 });
}

const list = async (user: string) => {
  const { data } = await here.uapi(user, 'Mysql::list_databases', {});
  return (data as { database: string }[]).map(({ database }) => database);
};

test('the users of a suspended account cannot log in', async () => {
  await whm('suspendacct', { user: 'bob' });
  expect(server.refusal(rows, app)).toContain('account is locked');
  await whm('unsuspendacct', { user: 'bob' });
  expect(server.query(rows, app)).toEqual([['1']]);
});

test('an account that is suspended twice', async () => {
  await whm('suspendacct', { user: 'bob', reason: 'unpaid' });
  await whm('suspendacct', { user: 'bob', reason: 'still unpaid' });
  expect(server.refusal(rows, app)).toContain('account is locked');
  await whm('unsuspendacct', { user: 'bob' });
  expect(server.refusal(rows, app)).toBeUndefined();
});

test('a renamed account keeps its databases, also those that only have its former prefix', async () => {
  await whm('modifyacct', { user: 'bob', newuser: 'robert' });
  expect(await list('robert')).toEqual(['bob_hand', 'bob_shop']);
  expect(server.query(rows, app)).toEqual([['1']]);
  await whm('createacct', { username: 'bob', domain: 'second.example', password });
  expect(await list('bob')).toEqual([]);
});

test('a user who has all its connections is refused another one, and keeps nobody else out', async () => {
  await whm('set_tweaksetting', { key: 'database_user_connections', value: '3' });
  await runTasks(here, 'limit-database-connections');
  const connect = (user: string) => createConnection({ socketPath: server.socket, user, password });
  const held = [];
  for (let count = 0; count < 3; count++) held.push(await connect('bob_app'));
  await expect(connect('bob_app')).rejects.toThrow("exceeded the 'max_user_connections' resource");
  expect(await here.uapi('eve', 'Mysql::create_user', { name: 'eve_app', password })).toMatchObject({
    status: 1,
  });
  held.push(await connect('eve_app'));
  // Further hosts and another name have the same limit.
  expect(await here.uapi('bob', 'Mysql::add_host', { host: '127.0.0.2' })).toMatchObject({ status: 1 });
  await whm('rename_mysql_user', { oldname: 'bob_app', newname: 'bob_web', cpuser: 'bob' });
  expect(
    server.query("SELECT Host, max_user_connections FROM mysql.user WHERE User = 'bob_web' ORDER BY Host"),
  ).toEqual([
    ['127.0.0.2', '3'],
    ['localhost', '3'],
  ]);
  // What an administrator has set by hand stays, and what an earlier version created gets the limit.
  server.query('ALTER USER eve_app@localhost WITH MAX_USER_CONNECTIONS 9');
  await whm('set_tweaksetting', { key: 'database_user_connections', value: '4' });
  await runTasks(here, 'limit-database-connections');
  const limits = server.query(
    "SELECT User, Host, max_user_connections FROM mysql.user WHERE User LIKE '%\\_%' ORDER BY User, Host",
  );
  expect(limits.map((row) => row.join(' '))).toEqual([
    'bob_hand 127.0.0.2 4',
    'bob_hand localhost 4',
    'bob_web 127.0.0.2 4',
    'bob_web localhost 4',
    'eve_app localhost 9',
  ]);
  for (const connection of held) connection.destroy();
  server.query('DROP USER bob_web@localhost, bob_web@127.0.0.2, bob_hand@127.0.0.2, eve_app@localhost');
});

describe('modifyacct rename_database_objects=1', () => {
  const rename = () =>
    here.call('modifyacct', { user: 'bob', newuser: 'robert', rename_database_objects: '1' });
  /** The names of databases, and then of users. */
  const there = () =>
    server
      .query(
        "SHOW DATABASES WHERE `Database` REGEXP '^(bob|robert)_'; SELECT DISTINCT User FROM mysql.user WHERE User REGEXP '^(bob|robert)_'",
      )
      .flat();

  beforeEach(() => {
    server.query(`CREATE DEFINER=bob_app@localhost VIEW bob_shop.v AS SELECT a FROM bob_shop.t;
      CREATE PROCEDURE bob_hand.p() SELECT 'bob_hand'`);
  });
  afterEach(() => {
    server.query('DROP DATABASE IF EXISTS robert_shop; DROP DATABASE IF EXISTS robert_hand');
    server.query('DROP USER IF EXISTS robert_app@localhost, robert_hand@localhost');
  });

  test('all databases and users follow, with what is in them and what the users may do', async () => {
    const { metadata } = await rename();
    expect(metadata).toMatchObject({ result: 1 });
    expect(JSON.stringify(metadata)).toContain(
      'The database “robert_hand” has the old name “bob_hand” in the text of: procedure “p”.',
    );
    expect(there()).toEqual(['robert_hand', 'robert_shop', 'robert_app', 'robert_hand']);
    expect(await list('robert')).toEqual(['robert_hand', 'robert_shop']);
    const login = { user: 'robert_app', password };
    expect(server.query('SELECT a FROM robert_shop.v', login)).toEqual([['1']]);
    expect(server.refusal('SELECT 1', app)).toContain('denied');
    // Nothing is left for a later account with the former name.
    await whm('createacct', { username: 'bob', domain: 'second.example', password });
    expect(await list('bob')).toEqual([]);
  });

  test('a database that cannot be renamed keeps everything as it was', async () => {
    server.query('ALTER TABLE bob_shop.t RENAME TO bob_shop.u');
    const { metadata } = await rename();
    expect(metadata).toMatchObject({
      result: 0,
      reason: expect.stringContaining('The view “v” uses something that does not exist') as string,
    });
    server.query('ALTER TABLE bob_shop.u RENAME TO bob_shop.t');
    expect(there()).toEqual(['bob_hand', 'bob_shop', 'bob_app', 'bob_hand']);
    expect(server.query('CALL bob_hand.p()')).toEqual([['bob_hand']]);
    expect(server.query('SELECT a FROM bob_shop.v', app)).toEqual([['1']]);
    expect(await list('bob')).toEqual(['bob_hand', 'bob_shop']);
    const accounts = (await here.call('listaccts', { want: 'user' })).data as { acct: { user: string }[] };
    expect(accounts.acct.map(({ user }) => user)).toContain('bob');
  });
});

test('removeacct drops what the account owns, and nothing else', async () => {
  await whm('removeacct', { username: 'bob' });
  expect(server.refusal(rows, app)).toContain('Access denied');
  const databases = server.query('SHOW DATABASES').flat();
  expect(databases).toContain('bobby');
  expect(databases.filter((name) => name.startsWith('bob_'))).toEqual([]);
  expect(server.query("SELECT User FROM mysql.user WHERE User LIKE 'bob%'")).toEqual([]);
});

test('a server that is down keeps what it has, and does not keep accounts from being suspended', async () => {
  await server.halt();
  for (const name of ['suspendacct', 'removeacct', 'unsuspendacct']) {
    const { metadata } = await here.call(name, { user: 'bob', username: 'bob' });
    expect(metadata).toMatchObject({ result: 1, reason: expect.stringContaining('MariaDB') as string });
  }
  await server.resume();
  expect(server.query(rows, app)).toEqual([['1']]);
  expect(await list('bob')).toEqual(['bob_hand', 'bob_shop']);
});
