// SIGKILL after any statement that changes PostgreSQL, and between any two steps: the next call undoes or completes the work.
import { spawn } from 'node:child_process';
import { accountWorker } from '../support/account-worker.ts';
import { Installation } from '../support/installation.ts';
import { PrivatePostgresql } from '../support/private-postgresql.ts';
import { servePostgresql } from '../support/served-postgresql.ts';
import { FIRST_PLACE, PLACES } from '../support/sixth.ts';

const password = 'correct horse battery staple 7';
const worker = accountWorker();

let postgres: PrivatePostgresql;
let here: Installation;
beforeAll(async () => {
  postgres = await PrivatePostgresql.start();
  here = new Installation();
  here.overrides.randomBytes = async (count) => crypto.getRandomValues(new Uint8Array(count));
  servePostgresql(here.state, postgres);
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password });
  await uapi('create_user', { name: 'bob_app', password });
});
afterAll(async () => {
  here.remove();
  await postgres.stop();
});

type Arguments = Readonly<Record<string, string>>;

async function uapi(name: string, args: Arguments = {}): Promise<unknown> {
  const { errors, data } = await here.uapi('bob', `Postgresql::${name}`, args);
  expect([name, errors]).toEqual([name, null]);
  return data;
}

/** Makes a call in a process that kills itself after a number of operations. @returns whether it did. */
function isKilled(works: number, name: string, args: Arguments): Promise<boolean> {
  const call = {
    'cpanel.user': 'bob',
    'cpanel.module': 'Postgresql',
    'cpanel.function': name,
    ...args,
  };
  const argv = [worker.path, here.state, `work ${works}`, 'uapi_cpanel', JSON.stringify(call)];
  const child = spawn(process.execPath, argv, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...here.environment },
  });
  return new Promise((done) => child.on('close', (_status, signal) => done(signal === 'SIGKILL')));
}

/**
 * Kills a call after each operation that changes something: what an operation leaves that only reads, the kill before
 * has left. `check` runs after each kill, and prepares the next one.
 */
async function afterEachKill(name: string, args: Arguments, check: () => Promise<void>): Promise<void> {
  let works = FIRST_PLACE;
  for (; await isKilled(works, name, args); works += PLACES) {
    try {
      await check();
    } catch (error) {
      throw new Error(`After ${works} operations of ${name}.`, { cause: error });
    }
  }
  expect(works).toBeGreaterThan(2);
}

const databases = async () =>
  ((await uapi('list_databases')) as { database: string; users: string[] }[]).map(({ database, users }) => [
    database,
    ...users,
  ]);

/** What the server has for the databases of the account. */
async function onServer(): Promise<unknown[]> {
  const rows = await postgres.root(
    'postgres',
    `SELECT datname AS name FROM pg_database WHERE datname LIKE 'bob%' AND datallowconn
      UNION ALL SELECT rolname FROM pg_roles WHERE rolname LIKE 'bob%' AND rolname <> 'bob_app' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}
const whole = (name: string) => [name, `${name} owner`];

test('create_database', async () => {
  await afterEachKill('create_database', { name: 'bob_new' }, async () => {
    const listed = await databases();
    expect(await onServer()).toEqual(listed.flatMap(([name = '']) => whole(name)));
    if (listed.length > 0) await uapi('delete_database', { name: 'bob_new' });
  });
  await uapi('delete_database', { name: 'bob_new' });
});

test('rename_database', async () => {
  await uapi('create_database', { name: 'bob_a' });
  await uapi('grant_all_privileges', { database: 'bob_a', user: 'bob_app' });
  await postgres.as('bob_app', password, 'bob_a', 'CREATE TABLE t (id int)');
  const names = { oldname: 'bob_a', newname: 'bob_b' };
  await afterEachKill('rename_database', names, async () => {
    const listed = await databases();
    expect([[['bob_a', 'bob_app']], [['bob_b', 'bob_app']]]).toContainEqual(listed);
    const name = listed[0]?.[0] ?? '';
    expect(await onServer()).toEqual(whole(name));
    await postgres.as('bob_app', password, name, 'ALTER TABLE t ADD more int', 'ALTER TABLE t DROP more');
    if (name === 'bob_b') await uapi('rename_database', { oldname: 'bob_b', newname: 'bob_a' });
  });
  await uapi('rename_database', { oldname: 'bob_b', newname: 'bob_a' });
});

test('revoke_all_privileges', async () => {
  const args = { database: 'bob_a', user: 'bob_app' };
  await afterEachKill('revoke_all_privileges', args, async () => {
    const [[, user] = []] = await databases();
    const select = postgres.as('bob_app', password, 'bob_a', 'SELECT * FROM t');
    if (user === undefined) await expect(select).rejects.toThrow('permission denied');
    else await select;
    await uapi('grant_all_privileges', args);
  });
});

test('rename_user', async () => {
  await uapi('grant_all_privileges', { database: 'bob_a', user: 'bob_app' });
  const args = { oldname: 'bob_app', newname: 'bob_web', password };
  await afterEachKill('rename_user', args, async () => {
    const [user = ''] = (await uapi('list_users')) as string[];
    await postgres.as(user, password, 'bob_a', 'SELECT * FROM t');
    expect(await databases()).toEqual([['bob_a', user]]);
    if (user === 'bob_web') await uapi('rename_user', { oldname: 'bob_web', newname: 'bob_app', password });
  });
  await uapi('rename_user', { oldname: 'bob_web', newname: 'bob_app', password });
});

test('rename_user_no_password', async () => {
  const args = { oldname: 'bob_app', newname: 'bob_web' };
  await afterEachKill('rename_user_no_password', args, async () => {
    const [user = ''] = (await uapi('list_users')) as string[];
    // The password is as before.
    await postgres.as(user, password, 'bob_a', 'SELECT * FROM t');
    expect(await databases()).toEqual([['bob_a', user]]);
    if (user === 'bob_web') await uapi('rename_user_no_password', { oldname: 'bob_web', newname: 'bob_app' });
  });
  await uapi('rename_user_no_password', { oldname: 'bob_web', newname: 'bob_app' });
});

test('delete_database and delete_user', async () => {
  await afterEachKill('delete_database', { name: 'bob_a' }, async () => {
    const listed = await databases();
    expect(await onServer()).toEqual(listed.flatMap(([name = '']) => whole(name)));
    if (listed.length === 0) await uapi('create_database', { name: 'bob_a' });
    await uapi('grant_all_privileges', { database: 'bob_a', user: 'bob_app' });
  });
  await afterEachKill('delete_user', { name: 'bob_app' }, async () => {
    const users = await uapi('list_users');
    expect([[], ['bob_app']]).toContainEqual(users);
    if ((users as string[]).length === 0) await uapi('create_user', { name: 'bob_app', password });
  });
});
