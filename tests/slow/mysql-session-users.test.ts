// Session::create_temp_user on a real MariaDB server.
import { spawn } from 'node:child_process';
import { StateDirectory } from '../../src/store/state-directory.ts';
import { TaskLogFiles } from '../../src/store/task-logs.ts';
import { taskKinds } from '../../src/capabilities/tasks.generated.ts';
import { TaskWatch } from '../../src/worker/task-watch.ts';
import { Worker } from '../../src/worker/worker.ts';
import { PrivateMariadb } from '../support/private-mariadb.ts';
import { serveMariadb } from '../support/served-mariadb.ts';
import { sessionOf, TestServer } from '../support/server.ts';

const password = 'correct horse battery staple 7';
let mariadb: PrivateMariadb;
let server: TestServer;

beforeAll(async () => {
  mariadb = await PrivateMariadb.start();
  server = await TestServer.startWithAccounts();
  const { here } = server;
  serveMariadb(here.state, mariadb);
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
  await here.uapi('bob', 'Mysql::create_database', { name: 'bob_shop' });
  await here.uapi('eve', 'Mysql::create_database', { name: 'eve_shop' });
});
afterAll(async () => {
  await server.stop();
  await mariadb.stop();
});

async function logIn() {
  const body = new URLSearchParams({ user: 'bob', pass: password });
  const { cookie, path } = sessionOf(await server.askAccounts('/login', { method: 'POST', body }));
  const headers = { cookie };
  return {
    create: async () => {
      const { text } = await server.askAccounts(`${path}/execute/Session/create_temp_user`, { headers });
      const { session_temp_user: user, session_temp_pass: pass } = (
        JSON.parse(text) as { data: Record<'session_temp_user' | 'session_temp_pass', string> }
      ).data;
      return { user, password: pass };
    },
    logOut: () => server.askAccounts(`${path}/logout/`, { headers }),
  };
}
async function dropEnded(): Promise<string> {
  const { here } = server;
  const id = await new TaskWatch({ engine: here.engine, kinds: taskKinds }).check('drop-session-users');
  const logs = new TaskLogFiles(new StateDirectory(here.state, process.getuid?.() ?? 0), () => here.time);
  const kinds = { 'drop-session-users': taskKinds['drop-session-users'] } as typeof taskKinds;
  const { engine, application } = here;
  await new Worker({ engine, storeState: () => application.storeState(), kinds, logs }).runDue();
  return logs.read(id ?? 0) ?? '';
}
const namesOfSessions = () => mariadb.query("SELECT User, Host FROM mysql.user WHERE User LIKE 'cpses%'");

test('it reads and writes the account’s databases alone, until the session ends', async () => {
  const session = await logIn();
  const own = await session.create();
  expect(namesOfSessions()).toEqual([[own.user, 'localhost']]);
  mariadb.query("CREATE TABLE bob_shop.t (a TEXT); INSERT INTO bob_shop.t VALUES ('hello')", own);
  expect(mariadb.query('SELECT a FROM bob_shop.t', own)).toEqual([['hello']]);
  for (const sql of ['SHOW TABLES IN eve_shop', 'SELECT * FROM mysql.user', 'CREATE DATABASE bob_more'])
    expect(mariadb.refusal(sql, own)).toContain('denied');

  await server.here.uapi('bob', 'Mysql::create_database', { name: 'bob_later' });
  expect(mariadb.refusal('SHOW TABLES IN bob_later', own)).toContain('denied');
  expect(await session.create()).toEqual(own);
  mariadb.query('CREATE TABLE bob_later.t (a TEXT)', own);

  // The program of somebody who stays connected.
  const words = ['--socket', mariadb.socket, '--user', own.user, '--execute', 'SELECT SLEEP(600)'];
  const client = spawn('mariadb', words, {
    env: { ...process.env, MYSQL_PWD: own.password },
    stdio: 'ignore',
  });
  const ended = new Promise((done) => client.once('exit', done));
  const isConnected = () =>
    mariadb.query(`SELECT 1 FROM information_schema.PROCESSLIST WHERE USER = '${own.user}'`).length > 0;
  while (!isConnected()) await new Promise((done) => setTimeout(done, 50));
  await session.logOut();
  expect(await dropEnded()).toContain(`The database user “${own.user}” of “bob” was dropped.`);
  expect(await ended).not.toBe(0);
  expect(namesOfSessions()).toEqual([]);
  expect(mariadb.refusal('SELECT 1', own)).toContain('denied');
  // Its rights do not wait for a later user of its name.
  expect(mariadb.query("SELECT User FROM mysql.db WHERE User LIKE 'cpses%'")).toEqual([]);
});

test('it is dropped later if the database server does not run', async () => {
  const session = await logIn();
  const own = await session.create();
  await session.logOut();
  await mariadb.halt();
  expect(await dropEnded()).toMatch(/connect|does not run|ENOENT|ECONNREFUSED/);
  await mariadb.resume();
  expect(namesOfSessions()).toEqual([[own.user, 'localhost']]);
  server.here.time += 60_000;
  await dropEnded();
  expect(namesOfSessions()).toEqual([]);
});
