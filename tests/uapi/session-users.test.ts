// Session::create_temp_user: database users that exist as long as a session, in a sandbox that runs no database server.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createSessionUser } from '../../src/capabilities/databases/plans/create-session-user.ts';
import { LookAgain } from '../../src/core/machine-error.ts';
import { taskKinds } from '../../src/capabilities/tasks.generated.ts';
import { TaskWatch } from '../../src/worker/task-watch.ts';
import { runTasks } from '../support/run-tasks.ts';
import { basic, sessionOf, TestServer } from '../support/server.ts';

const PATH = '/execute/Session/create_temp_user';
const IDLE_MS = 30 * 60_000;
const password = 'correct horse battery staple 7';
let server: TestServer;

interface Answer {
  readonly status: number;
  readonly errors: readonly string[] | null;
  readonly data: Record<'session_temp_user' | 'session_temp_pass', string> & { readonly created: number };
}

beforeAll(async () => {
  server = await TestServer.startWithAccounts();
  for (const username of ['bob', 'eve']) await createAccount(username);
});
afterEach(async () => {
  server.here.time += IDLE_MS;
  await check();
  await dropUsers();
  expect(users()).toEqual([]);
});
afterAll(() => server.stop());

const createAccount = (username: string) =>
  server.here.call('createacct', { username, domain: `${username}.example`, password });

async function logIn(user = 'bob', pass = password) {
  const body = new URLSearchParams({ user, pass });
  const { cookie, path } = sessionOf(await server.askAccounts('/login', { method: 'POST', body }));
  return {
    create: async () => answerOf(await server.askAccounts(path + PATH, { headers: { cookie } })),
    logOut: () => server.askAccounts(`${path}/logout/`, { headers: { cookie } }),
  };
}
const answerOf = ({ text }: { readonly text: string }) => JSON.parse(text) as Answer;
const uapi = (name: string, args: Record<string, string> = {}) => server.here.uapi('bob', name, args);

/** The users of sessions that the sandbox has recorded. */
function users(): string[] {
  const folder = join(server.here.state, 'root/var/lib/whmapi1-mysql/users');
  const all = existsSync(folder) ? readdirSync(folder).map((name) => name.replace(/\.json$/, '')) : [];
  return all.filter((name) => name.startsWith('cpses_'));
}
const check = () =>
  new TaskWatch({ engine: server.here.engine, kinds: taskKinds }).check('drop-session-users');
const dropUsers = () => runTasks(server.here, 'drop-session-users');

test('a session has one user, which is dropped after it has ended', async () => {
  await uapi('Mysql::create_database', { name: 'bob_shop' });
  const session = await logIn();
  const { data } = await session.create();
  const { session_temp_user: name, session_temp_pass: pass } = data;
  expect(data).toEqual({
    created: 1,
    session_temp_user: expect.stringMatching(/^cpses_bo[A-Z0-9]{8}$/) as string,
    session_temp_pass: expect.stringMatching(/^[\w-]{32}$/) as string,
  });
  expect((await session.create()).data).toEqual({ ...data, created: 0 });
  const other = await logIn();
  const second = (await other.create()).data.session_temp_user;
  expect(users()).toEqual([name, second].sort());
  expect(JSON.stringify(server.here.audit())).not.toContain(pass);

  expect(await check()).toBeUndefined();
  await session.logOut();
  const id = await check();
  expect((await dropUsers()).read(id ?? 0)).toContain(`The database user “${name}” of “bob” was dropped.`);
  expect(users()).toEqual([second]);
  expect(await check()).toBeUndefined();
  server.here.time += IDLE_MS;
  await check();
  await dropUsers();
  expect(users()).toEqual([]);
});

test('two calls at once create one user', async () => {
  const { create } = await logIn();
  const answers = await Promise.all([create(), create(), create()]);
  expect(answers.map(({ status, errors }) => [status, errors])).toEqual(Array(3).fill([1, null]));
  expect(new Set(answers.map(({ data }) => data.session_temp_user)).size).toBe(1);
  expect(answers.map(({ data }) => data.created).sort()).toEqual([0, 0, 1]);
});

test('a call that has looked before another one created the user looks again', async () => {
  await (await logIn()).create();
  const { store, sealer, randomBytes } = server.here.engine;
  const none = { names: [], prefixes: [] };
  const found = {
    ...{ wanted: { databases: none, users: none }, isServed: true },
    ...{ databases: [], users: [], grants: [] },
  };
  const creating = store.transaction('reads', async (db) => {
    const row = await db.get<{ session: Uint8Array }>('SELECT session FROM database_session_user');
    const session = Buffer.from(row?.session ?? []).toString('hex');
    const caller = { user: 'bob', privileges: new Set<string>(), isAccount: true as const, session };
    return { value: await createSessionUser({ db, caller, sealer, randomBytes }, found), keep: false };
  });
  await expect(creating).rejects.toThrow(LookAgain);
});

test('only a session can have one', async () => {
  const headers = { authorization: basic('bob', password) };
  for (const answer of [
    answerOf(await server.askAccounts(PATH, { headers })),
    await uapi('Session::create_temp_user'),
    (
      await server.here.call('uapi_cpanel', {
        'cpanel.user': 'bob',
        'cpanel.module': 'Session',
        'cpanel.function': 'create_temp_user',
      })
    ).data?.uapi as unknown as Answer,
  ])
    expect(answer).toMatchObject({
      status: 0,
      errors: [expect.stringContaining('This function needs a session.') as string],
    });
  expect(users()).toEqual([]);
});

test('neither the account nor WHM lists or changes it', async () => {
  await uapi('Mysql::create_user', { name: 'bob_app', password });
  const name = (await (await logIn()).create()).data.session_temp_user;
  expect((await uapi('Mysql::list_users')).data).toMatchObject([{ user: 'bob_app' }]);
  const { data } = await server.here.call('list_mysql_databases_and_users', { user: 'bob' });
  expect(JSON.stringify(data)).not.toContain('cpses_');
  expect(JSON.stringify((await server.here.call('list_database_users')).data)).not.toContain('cpses_');
  const refused = {
    status: 0,
    errors: [expect.stringContaining(`You do not have a user named “${name}”.`) as string],
  };
  expect(await uapi('Mysql::delete_user', { name })).toMatchObject(refused);
  expect(await uapi('Mysql::set_password', { user: name, password })).toMatchObject(refused);
  expect(await uapi('Mysql::rename_user', { oldname: name, newname: 'bob_mine' })).toMatchObject(refused);
  await server.here.call('set_tweaksetting', { module: 'Main', key: 'database_prefix', value: '0' });
  expect(await uapi('Mysql::create_user', { name: 'cpses_boAAAAAAAA', password })).toMatchObject({
    status: 0,
    errors: [expect.stringContaining('reserved') as string],
  });
  await server.here.call('set_tweaksetting', { module: 'Main', key: 'database_prefix', value: '1' });
  expect(users()).toEqual([name]);
  expect((await uapi('Mysql::list_users')).data).toMatchObject([{ user: 'bob_app' }]);
});

test('a new password, a suspension, a new name and the removal of the account end it', async () => {
  await createAccount('carl');
  const evesName = (await (await logIn('eve')).create()).data.session_temp_user;
  const login = { user: 'carl', pass: password };
  for (const [command, args] of [
    ['passwd', { user: 'carl', password: `${password}8` }],
    ['suspendacct', { user: 'carl' }],
    ['modifyacct', { user: 'carl', newuser: 'charles' }],
    ['removeacct', { username: 'charles' }],
  ] as [string, Record<string, string>][]) {
    if (command === 'modifyacct') await server.here.call('unsuspendacct', { user: 'carl' });
    if (command === 'removeacct') login.user = 'charles';
    await (await logIn(login.user, login.pass)).create();
    expect([command, users().length]).toEqual([command, 2]);
    expect((await server.here.call(command, args)).metadata).toMatchObject({ result: 1 });
    if (command === 'passwd') login.pass = args.password ?? '';
    await check();
    await dropUsers();
    expect([command, users()]).toEqual([command, [evesName]]);
  }
});

test('a user that was dropped by hand is created again', async () => {
  const { create } = await logIn();
  const { data } = await create();
  const { engine } = server.here;
  await (
    await engine.machine.files(['/var'])
  ).remove(`/var/lib/whmapi1-mysql/users/${data.session_temp_user}`);
  expect(users()).toEqual([]);
  expect((await create()).data).toEqual(data);
  expect(users()).toEqual([data.session_temp_user]);
});
