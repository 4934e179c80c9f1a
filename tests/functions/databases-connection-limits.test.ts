// How many connections database users can have at once: new users, and those that are there when the setting changes, in
// a sandbox that runs no server.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { taskKinds } from '../../src/capabilities/tasks.generated.ts';
import { TaskWatch } from '../../src/worker/task-watch.ts';
import { Installation } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';

const password = 'correct horse battery staple 7';
let here: Installation;

beforeEach(async () => {
  here = new Installation();
  here.overrides.randomBytes = async (count) => crypto.getRandomValues(new Uint8Array(count));
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
  for (const kind of ['Mysql', 'Postgresql']) await create(`${kind}::create_user`, 'bob_app');
});
afterEach(() => here.remove());

async function create(name: string, user: string, owner = 'bob') {
  expect(await here.uapi(owner, name, { name: user, password })).toMatchObject({ status: 1, errors: null });
}
const pathOf = (engine: keyof typeof places, user: string) =>
  join(here.state, 'root/var/lib', places[engine](user));
const places = {
  mysql: (user: string) => `whmapi1-mysql/users/${user}`,
  postgresql: (user: string) => `postgresql/users/${user}.json`,
};
const read = (engine: keyof typeof places, user: string) =>
  JSON.parse(readFileSync(pathOf(engine, user), 'utf8')) as { readonly mostConnections?: number };
/** Returns the limits of a user on both servers. */
const limits = (user: string) =>
  (['mysql', 'postgresql'] as const).map((engine) => read(engine, user).mostConnections);
/** As somebody does by hand, or an earlier version did. */
function record(engine: keyof typeof places, user: string, mostConnections: number | undefined) {
  writeFileSync(pathOf(engine, user), JSON.stringify({ ...read(engine, user), mostConnections }));
}
const set = (value: string) => here.call('set_tweaksetting', { key: 'database_user_connections', value });
const run = () => runTasks(here, 'limit-database-connections');
const watch = () =>
  new TaskWatch({ engine: here.engine, kinds: taskKinds }).check('limit-database-connections');

test('new users have the default', async () => {
  expect(limits('bob_app')).toEqual([40, 40]);
  const planned = await here.uapi('bob', 'Mysql::create_user', { name: 'bob_two', password });
  expect(planned).toMatchObject({ status: 1 });
  expect(read('mysql', 'bob_two').mostConnections).toBe(40);
});

test('the database wizard creates a user with the limit', async () => {
  const { data } = await here.uapi('bob', 'Mysql::setup_db_and_user', { prefix: 'wp' });
  expect(read('mysql', (data as { database_user: string }).database_user).mostConnections).toBe(40);
});

test('a change of the setting reaches new users and those that are there, but not what was set by hand', async () => {
  await create('Mysql::create_user', 'bob_hand');
  record('mysql', 'bob_hand', 7);
  const { metadata } = await set('3');
  expect(metadata).toMatchObject({ result: 1, output: { messages: [expect.stringContaining('The task')] } });
  expect(await watch()).toBeUndefined();
  await run();
  expect(limits('bob_app')).toEqual([3, 3]);
  expect(read('mysql', 'bob_hand').mostConnections).toBe(7);
  await create('Postgresql::create_user', 'eve_app', 'eve');
  expect(read('postgresql', 'eve_app').mostConnections).toBe(3);
  // 0: any number.
  await set('0');
  await run();
  expect(limits('bob_app')).toEqual([0, 0]);
  await set('');
  await run();
  expect(limits('bob_app')).toEqual([40, 40]);
  expect(await watch()).toBeUndefined();
});

test('the setting is a number from 0 to 100000', async () => {
  for (const value of ['-1', 'many', '100001', '1.5'])
    expect([value, (await set(value)).metadata.result]).toEqual([value, 0]);
});

test('the users of an earlier version get the limit, without a call', async () => {
  for (const engine of ['mysql', 'postgresql'] as const) record(engine, 'bob_app', undefined);
  expect(await watch()).toEqual(expect.any(Number));
  await run();
  expect(limits('bob_app')).toEqual([40, 40]);
  expect(await watch()).toBeUndefined();
});

test('renamed users keep the limit', async () => {
  await set('5');
  await run();
  for (const engine of ['mysql', 'postgresql'] as const) {
    const name = engine === 'mysql' ? 'rename_mysql_user' : 'rename_postgresql_user';
    const names = { oldname: 'bob_app', newname: 'bob_new', cpuser: 'bob' };
    const { metadata } = await here.call(name, engine === 'mysql' ? names : { ...names, password });
    expect(metadata.reason).toBe('OK');
  }
  expect(limits('bob_new')).toEqual([5, 5]);
});
