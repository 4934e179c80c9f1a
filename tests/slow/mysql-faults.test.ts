// SIGKILL between any two operations of a call that changes MariaDB: the next call undoes or completes the work.
import { spawn } from 'node:child_process';
import { accountWorker } from '../support/account-worker.ts';
import { Installation } from '../support/installation.ts';
import { PrivateMariadb } from '../support/private-mariadb.ts';
import { serveMariadb } from '../support/served-mariadb.ts';
import { FIRST_PLACE, PLACES } from '../support/sixth.ts';

const password = 'correct horse battery staple 7';
const worker = accountWorker();
const done = { status: 1, errors: null };

let server: PrivateMariadb;
let here: Installation;
beforeAll(async () => {
  server = await PrivateMariadb.start();
  here = new Installation();
  here.overrides.randomBytes = async (count) => crypto.getRandomValues(new Uint8Array(count));
  serveMariadb(here.state, server);
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password });
});
afterAll(async () => {
  here.remove();
  await server.stop();
});

type Arguments = Readonly<Record<string, string>>;

async function uapi(user: string, name: string, args: Arguments = {}): Promise<unknown> {
  const answer = await here.uapi(user, `Mysql::${name}`, args);
  expect([name, answer]).toEqual([name, expect.objectContaining({ ...done, warnings: null })]);
  return answer.data;
}

const asUapi = (name: string, args: Arguments = {}) =>
  [
    'uapi_cpanel',
    { 'cpanel.user': 'bob', 'cpanel.module': 'Mysql', 'cpanel.function': name, ...args },
  ] as const;

/** Makes a call in a process that kills itself after a number of operations. @returns whether it did. */
function isKilled(works: number, name: string, args: Arguments): Promise<boolean> {
  const argv = [worker.path, here.state, `work ${works}`, name, JSON.stringify(args)];
  const child = spawn(process.execPath, argv, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...here.environment },
  });
  return new Promise((end) => child.on('close', (_status, signal) => end(signal === 'SIGKILL')));
}

/**
 * Kills a call after its operations that change something: what an operation leaves that only reads, the kill before
 * has left. `check` runs after each kill.
 */
async function afterEachKill(
  [name, args]: readonly [string, Arguments],
  check: () => Promise<void>,
  { changes = 2 } = {},
): Promise<void> {
  let works = FIRST_PLACE;
  for (; await isKilled(works, name, args); works += PLACES) {
    try {
      await check();
    } catch (error) {
      throw new Error(`After ${works} operations of ${name}.`, { cause: error });
    }
  }
  expect(works).toBeGreaterThan(changes);
}

const databasesOf = async (user: string) =>
  ((await uapi(user, 'list_databases')) as { database: string; users: string[] }[]).map(
    ({ database, users }) => [database, ...users],
  );

/** The names of databases, users and privileges that the server has for accounts. */
const onServer = () => ({
  databases: server.query("SHOW DATABASES WHERE `Database` REGEXP '^(bob|rob)_'").flat(),
  users: server.query("SELECT User FROM mysql.user WHERE User REGEXP '^(bob|rob)_' ORDER BY 1").flat(),
  grants: server.query(
    "SELECT User, REPLACE(Db, '\\\\', '') FROM mysql.db WHERE Db REGEXP '^(bob|rob)' ORDER BY 1",
  ),
});

test('setup_db_and_user', async () => {
  await afterEachKill(asUapi('setup_db_and_user', { prefix: 'wp' }), async () => {
    const listed = await databasesOf('bob');
    const names = listed.map(([name = '']) => name);
    expect(listed).toEqual(names.map((name) => [name, name]));
    const grants = names.map((name) => [name, name]);
    expect(onServer()).toEqual({ databases: names, users: names, grants });
    for (const name of names) {
      await uapi('bob', 'delete_database', { name });
      await uapi('bob', 'delete_user', { name });
    }
  });
  for (const [name = ''] of await databasesOf('bob')) {
    await uapi('bob', 'delete_database', { name });
    await uapi('bob', 'delete_user', { name });
  }
});

async function prepare(): Promise<void> {
  await uapi('bob', 'create_database', { name: 'bob_shop' });
  await uapi('bob', 'set_privileges_on_database', {
    ...{ user: 'bob_app', database: 'bob_shop', privileges: 'ALL PRIVILEGES' },
  });
  server.query(`CREATE TABLE bob_shop.t (a INT); INSERT INTO bob_shop.t VALUES (1);
    CREATE DEFINER=bob_app@localhost VIEW bob_shop.v AS SELECT a FROM bob_shop.t`);
}

test('delete_database', async () => {
  await uapi('bob', 'create_user', { name: 'bob_app', password });
  await prepare();
  await afterEachKill(asUapi('delete_database', { name: 'bob_shop' }), async () => {
    const listed = await databasesOf('bob');
    if (listed.length > 0) {
      expect(listed).toEqual([['bob_shop', 'bob_app']]);
      expect(server.query('SELECT a FROM bob_shop.v', { user: 'bob_app', password })).toEqual([['1']]);
    } else {
      expect(onServer()).toEqual({ databases: [], users: ['bob_app'], grants: [] });
      await prepare();
    }
  });
  expect(onServer()).toEqual({ databases: [], users: ['bob_app'], grants: [] });
});

test('rename_user', async () => {
  await prepare();
  await afterEachKill(asUapi('rename_user', { oldname: 'bob_app', newname: 'bob_web' }), async () => {
    const [[, user = ''] = []] = await databasesOf('bob');
    expect(onServer()).toEqual({ databases: ['bob_shop'], users: [user], grants: [[user, 'bob_shop']] });
    // The view is defined by the same user.
    expect(server.query('SELECT a FROM bob_shop.v', { user, password })).toEqual([['1']]);
    if (user === 'bob_web') await uapi('bob', 'rename_user', { oldname: 'bob_web', newname: 'bob_app' });
  });
  await uapi('bob', 'rename_user', { oldname: 'bob_web', newname: 'bob_app' });
});

/** The name of the account, which is all that its files, databases and users have. */
async function account(): Promise<string> {
  const { metadata, data } = await here.call('listaccts', { want: 'user' });
  expect(metadata.output).toBeUndefined();
  return (data as { acct: { user: string }[] }).acct.map(({ user }) => user).join();
}

async function renameBack(): Promise<void> {
  const args = { user: 'rob', newuser: 'bob', rename_database_objects: '1' };
  expect(await here.call('modifyacct', args)).toMatchObject({ metadata: { result: 1 } });
}

test('modifyacct rename_database_objects=1', async () => {
  const args = { user: 'bob', newuser: 'rob', rename_database_objects: '1' };
  await afterEachKill(
    ['modifyacct', args],
    async () => {
      const user = await account();
      const [database, app] = [`${user}_shop`, `${user}_app`];
      expect(await databasesOf(user)).toEqual([[database, app]]);
      expect(onServer()).toEqual({ databases: [database], users: [app], grants: [[app, database]] });
      expect(server.query(`SELECT a FROM ${database}.v`, { user: app, password })).toEqual([['1']]);
      if (user === 'rob') await renameBack();
    },
    { changes: 20 },
  );
  expect(await account()).toBe('rob');
  await renameBack();
}, 600_000);
