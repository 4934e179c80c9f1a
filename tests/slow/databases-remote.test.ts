// Profiles of MariaDB servers that are reached over the network, with real servers.
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Db } from '../../src/core/context.ts';
import type { Engine, Store, Work } from '../../src/core/engine.ts';
import type { TaskKinds } from '../../src/core/task.ts';
import type { Json } from '../../src/core/values.ts';
import { listOf } from '../../src/capabilities/databases/rules/owners.ts';
import { store as storeProfile } from '../../src/ground/rules/roles/active-profile.ts';
import { Installation } from '../support/installation.ts';
import { PrivateMariadb } from '../support/private-mariadb.ts';
import { serveMariadb } from '../support/served-mariadb.ts';
import { StateDirectory } from '../../src/store/state-directory.ts';
import { TaskLogFiles } from '../../src/store/task-logs.ts';
import { taskKinds } from '../../src/capabilities/tasks.generated.ts';
import { Worker } from '../../src/worker/worker.ts';

let here: Installation;
let remote: PrivateMariadb;
/** The server of the machine. */
let local: PrivateMariadb;
/** Without TLS. */
let plain: PrivateMariadb;
beforeAll(async () => {
  // One after the other: their set-ups share the temporary directory.
  remote = await PrivateMariadb.start({ hasNetwork: true });
  local = await PrivateMariadb.start();
  plain = await PrivateMariadb.start({ hasNetwork: true, options: ['--skip-ssl'] });
  for (const server of [remote, plain]) {
    server.query(`
      CREATE USER whm@localhost IDENTIFIED BY 'right';
      GRANT ALL PRIVILEGES ON *.* TO whm@localhost WITH GRANT OPTION;
      CREATE USER reader@localhost IDENTIFIED BY 'right';
      GRANT SELECT, INSERT ON *.* TO reader@localhost;
      CREATE USER nogrant@localhost IDENTIFIED BY 'right';
      GRANT ALL PRIVILEGES ON *.* TO nogrant@localhost;
    `);
  }
});
afterAll(async () => {
  await remote.stop();
  await local.stop();
  await plain.stop();
});
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

type Arguments = Readonly<Record<string, Json>>;

async function succeed(command: string, args: Arguments = {}) {
  const envelope = await here.call(command, args);
  const { metadata } = envelope;
  expect([command, metadata.result === 1 ? '' : metadata.reason]).toEqual([command, '']);
  return envelope;
}
async function failure(command: string, args: Arguments = {}): Promise<[unknown, string]> {
  const { metadata } = await here.call(command, args);
  expect([command, metadata.result]).toEqual([command, 0]);
  return [metadata.error_code, metadata.reason];
}
const create = (args: Arguments = {}) =>
  succeed('remote_mysql_create_profile', {
    ...{ name: 'db2', mysql_host: '127.0.0.1', mysql_port: String(remote.port) },
    ...{ mysql_user: 'whm', mysql_pass: 'right' },
    ...args,
  });
const validate = () => succeed('remote_mysql_validate_profile', { name: 'db2' });
const refusal = () => failure('remote_mysql_validate_profile', { name: 'db2' });

describe('remote_mysql_validate_profile', () => {
  it('logs in over TLS, and stores that the version is supported', async () => {
    await create();
    const { data, metadata } = await validate();
    expect(data).toEqual({ profile_validated: 'db2' });
    const output = metadata.output as { messages: string[] };
    expect(output.messages.join(' ')).toMatch(/MariaDB \d+\.\d+.*“localhost”.*encrypted/s);
    const { data: profiles } = await succeed('remote_mysql_read_profiles');
    expect(profiles).toMatchObject({ db2: { mysql_version_is_supported: 1 } });
    const { data: profile } = await succeed('remote_mysql_read_profile', { name: 'db2' });
    expect(profile).toMatchObject({
      profile_name: 'db2',
      profile_details: { mysql_host: '127.0.0.1', mysql_pass: 'right', mysql_port: remote.port },
    });
  });

  it('warns if the server offers no TLS', async () => {
    await create({ mysql_port: String(plain.port) });
    const { metadata } = await validate();
    expect(metadata.output).toMatchObject({
      warnings: ['The connection is not encrypted, because the server does not offer TLS.'],
    });
  });

  it.each([
    [{ mysql_pass: 'wrong' }, 'login_refused', 'Access denied'],
    [{ mysql_user: 'nobody' }, 'login_refused', 'Access denied'],
    [{ mysql_user: 'reader' }, 'denied', 'CREATE USER'],
    [{ mysql_user: 'nogrant' }, 'denied', 'lacks privileges on the server: GRANT OPTION.'],
  ])('refuses %j', async (args, code, text) => {
    await create(args);
    const [found, reason] = await refusal();
    expect(found).toBe(code);
    expect(reason).toContain(text);
    expect(reason).not.toMatch(/right|wrong/);
  });

  describe('a server that accepts and never answers', () => {
    let silent: Server;
    const sockets = new Set<Socket>();
    beforeEach(async () => {
      silent = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
      await new Promise<void>((ready) => silent.listen(0, '127.0.0.1', ready));
    });
    afterEach(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });

    it('ends after ten seconds', async () => {
      await create({ mysql_port: String((silent.address() as AddressInfo).port) });
      const begun = Date.now();
      const [code, reason] = await refusal();
      expect([code, reason]).toEqual([
        'remote_unreachable',
        expect.stringContaining('It did not answer within 10 seconds.'),
      ]);
      expect(Date.now() - begun).toBeLessThan(60_000);
    });
  });
});

async function runTasks(engine = here.engine, kinds: TaskKinds = taskKinds): Promise<void> {
  const { application, state } = here;
  const logs = new TaskLogFiles(new StateDirectory(state, process.getuid?.() ?? 0), engine.now);
  const worker = new Worker({ engine, storeState: () => application.storeState(), kinds, logs });
  await worker.runDue();
}
async function activate(name: string): Promise<void> {
  await succeed('remote_mysql_initiate_profile_activation', { name });
  await runTasks();
}
/** An engine that does some work once it has read what the server of the machine has, before its next transaction. */
function afterLook(
  engine: Engine,
  work: () => Promise<unknown>,
  { isListed = false }: { isListed?: boolean } = {},
): Engine {
  let looks = 0;
  let isDone = false;
  const machine = new Proxy(engine.machine, {
    get(target, name) {
      // First it looks at the new server.
      if (name === 'databases') looks += 1;
      return Reflect.get(target, name) as unknown;
    },
  });
  const transaction = async <T>(
    effect: 'reads' | 'changes',
    change: (db: Db, nested: Store) => Promise<Work<T>>,
  ) => {
    const isNow = looks === 2 && !isDone;
    isDone ||= isNow;
    if (isNow && !isListed) await work();
    const result = await engine.store.transaction(effect, change);
    if (isNow && isListed) await work();
    return result;
  };
  return { ...engine, machine, store: { ...engine.store, transaction } };
}
const monitor = async () => (await succeed('remote_mysql_monitor_profile_activation')).data;
async function own(user: string, name: string, args: Arguments = {}) {
  const { status, errors, data } = await here.uapi(user, name, args);
  expect([name, status, errors]).toEqual([name, 1, null]);
  return data;
}
const createAccount = (username: string) =>
  succeed('createacct', { username, domain: `${username}.example` });
const databasesOn = (server: PrivateMariadb) =>
  server
    .query(
      "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE '%\\_shop%' ORDER BY CHAR_LENGTH(SCHEMA_NAME)",
    )
    .flat();
const PASSWORD = 'correct horse battery staple 7';
async function setUpShop(user: string): Promise<void> {
  await own(user, 'Mysql::create_database', { name: `${user}_shop` });
  await own(user, 'Mysql::create_user', { name: `${user}_app`, password: PASSWORD });
  await own(user, 'Mysql::set_privileges_on_database', {
    ...{ user: `${user}_app`, database: `${user}_shop`, privileges: 'ALL PRIVILEGES' },
  });
}

describe('remote_mysql_initiate_profile_activation', () => {
  beforeEach(async () => {
    serveMariadb(here.state, local);
    await createAccount('bob');
    await createAccount('eve');
    await create();
  });
  afterEach(() => {
    for (const server of [local, remote]) {
      for (const name of databasesOn(server)) server.query(`DROP DATABASE \`${name}\``);
      server.query('DROP USER IF EXISTS bob_app@localhost, eve_app@localhost, bob_hand@localhost');
    }
  });

  it('moves where accounts without databases get theirs; others keep their server', async () => {
    await setUpShop('bob');
    await activate('db2');
    expect(await monitor()).toMatchObject({
      last_job_details: {
        ...{ profile_name: 'db2', status: 'DONE' },
        steps: [{ status: 'DONE' }, { status: 'DONE' }, { status: 'DONE' }],
      },
    });
    await setUpShop('eve');
    await own('bob', 'Mysql::create_database', { name: 'bob_shop2' });
    expect([databasesOn(local), databasesOn(remote)]).toEqual([['bob_shop', 'bob_shop2'], ['eve_shop']]);
    expect(await own('bob', 'Mysql::locate_server')).toEqual({ remote_host: 'localhost', is_remote: 0 });
    expect(await own('eve', 'Mysql::locate_server')).toEqual({ remote_host: '127.0.0.1', is_remote: 1 });
    expect(await own('eve', 'Mysql::get_server_information')).toMatchObject({
      is_remote: 1,
      host: '127.0.0.1',
    });
    expect(await own('eve', 'Mysql::list_databases')).toEqual([
      { database: 'eve_shop', disk_usage: 0, users: ['eve_app'] },
    ]);
    // Its user logs in there, over the network.
    const login = { user: 'eve_app', password: PASSWORD, host: '127.0.0.1', database: 'eve_shop' };
    remote.query('CREATE TABLE t (n INT)', login);
    expect(remote.refusal('SELECT 1 FROM mysql.user', login)).toMatch(/denied/);

    // Everything that an account does works on its server.
    await own('eve', 'Mysql::set_password', { user: 'eve_app', password: `${PASSWORD}7` });
    expect(remote.refusal('SELECT 1', login)).toMatch(/denied/i);
    expect(await own('eve', 'Mysql::check_database', { name: 'eve_shop' })).toBeDefined();
    expect(
      await own('eve', 'Mysql::get_privileges_on_database', { user: 'eve_app', database: 'eve_shop' }),
    ).toEqual(['ALL PRIVILEGES']);
    await own('eve', 'Mysql::delete_user', { name: 'eve_app' });
    await own('eve', 'Mysql::delete_database', { name: 'eve_shop' });
    expect(databasesOn(remote)).toEqual([]);

    // And back.
    expect((await failure('remote_mysql_delete_profile', { name: 'db2' }))[1]).toContain('is active');
    await activate('localhost');
    expect(await own('eve', 'Mysql::locate_server')).toMatchObject({ is_remote: 0 });
    await succeed('remote_mysql_delete_profile', { name: 'db2' });
  });

  it('gives a server without MariaDB the role MySQLClient, with which accounts have databases', async () => {
    const isEnabled = async (role: string) => (await succeed('is_role_enabled', { role })).data?.enabled;
    const now = here.time;
    const setRoles = (names: readonly string[]) =>
      here.engine.store.transaction('changes', async (db) => ({
        value: await storeProfile(db, 'WEBNODE', names, now),
        keep: true,
      }));
    await setRoles(['WebServer']);
    expect([await isEnabled('MySQL'), await isEnabled('MySQLClient')]).toEqual([0, 0]);
    const refused = await here.uapi('eve', 'Mysql::list_databases');
    expect(refused.errors).toEqual([expect.stringContaining('needs the role “MySQLClient”')]);
    await activate('db2');
    expect([await isEnabled('MySQL'), await isEnabled('MySQLClient')]).toEqual([0, 1]);
    expect((await succeed('get_current_profile')).data).toMatchObject({
      enabled_roles: [{ module: 'MySQLClient' }, { module: 'WebServer' }],
    });
    await setUpShop('eve');
    expect(databasesOn(remote)).toEqual(['eve_shop']);
    // Nothing needs a server of this machine.
    serveMariadb(here.state, { socket: '/nowhere' });
    expect((await succeed('list_databases')).data).toMatchObject({ payload: [{ name: 'eve_shop' }] });
    expect((await failure('set_local_mysql_root_password', { password: PASSWORD }))[0]).toBe('disabled');
    await succeed('removeacct', { username: 'eve' });
    expect(databasesOn(remote)).toEqual([]);
    serveMariadb(here.state, local);
    await activate('localhost');
    expect(await isEnabled('MySQLClient')).toBe(0);
  });

  it('keeps what was created by hand with its account', async () => {
    local.query(`
      CREATE DATABASE bob_shop; CREATE DATABASE eve_shop; CREATE DATABASE bob_; CREATE DATABASE nobody_shop;
      CREATE USER bob_hand@localhost IDENTIFIED BY 'x'`);
    await activate('db2');
    local.query('DROP DATABASE bob_; DROP DATABASE nobody_shop');
    for (const user of ['bob', 'eve']) {
      expect(await own(user, 'Mysql::locate_server')).toMatchObject({ is_remote: 0 });
      expect(await own(user, 'Mysql::list_databases')).toMatchObject([{ database: `${user}_shop` }]);
    }
    expect(await own('bob', 'Mysql::list_users')).toMatchObject([{ user: 'bob_hand' }]);
    expect(await own('eve', 'Mysql::list_users')).toEqual([]);
  });

  it('keeps the server of an account, although another one has a database with its prefix', async () => {
    await activate('db2');
    await setUpShop('bob');
    await activate('localhost');
    local.query('CREATE DATABASE bob_stray; CREATE USER bob_hand@localhost IDENTIFIED BY "x"');
    await activate('db2');
    local.query('DROP DATABASE bob_stray');
    const stored = await here.engine.store.transaction('reads', async (db) => ({
      value: await Promise.all(
        (['database', 'user'] as const).map((kind) => listOf(db, { engine: 'mysql', kind }, 'bob')),
      ),
      keep: false,
    }));
    expect(stored.flat()).toMatchObject([
      { name: 'bob_shop', profile: 'db2' },
      { name: 'bob_app', profile: 'db2' },
    ]);
  });

  it('keeps nothing of an account that is removed meanwhile', async () => {
    local.query('CREATE DATABASE bob_shop');
    await succeed('remote_mysql_initiate_profile_activation', { name: 'db2' });
    const remove = async () => {
      await succeed('removeacct', { username: 'bob' });
      // Somebody creates it again by hand.
      local.query('CREATE DATABASE bob_shop');
    };
    await runTasks(afterLook(here.engine, remove, { isListed: true }), {
      'activate-mysql-profile': () =>
        import('../../src/capabilities/databases/tasks/activate-mysql-profile.ts'),
    });
    local.query('DROP DATABASE bob_shop');
    expect(await monitor()).toMatchObject({ last_job_details: { status: 'DONE' } });
    await succeed('createacct', { username: 'bob', domain: 'bob.example' });
    expect(await own('bob', 'Mysql::locate_server')).toMatchObject({ is_remote: 1 });
  });

  it('does not keep what its account drops while the profile is activated', async () => {
    local.query('CREATE DATABASE bob_shop; CREATE DATABASE eve_shop');
    await succeed('remote_mysql_initiate_profile_activation', { name: 'db2' });
    const drop = () => own('bob', 'Mysql::delete_database', { name: 'bob_shop' });
    await runTasks(afterLook(here.engine, drop), {
      'activate-mysql-profile': () =>
        import('../../src/capabilities/databases/tasks/activate-mysql-profile.ts'),
    });
    expect(await monitor()).toMatchObject({ last_job_details: { status: 'DONE' } });
    expect(await own('bob', 'Mysql::locate_server')).toMatchObject({ is_remote: 1 });
    expect(await own('eve', 'Mysql::locate_server')).toMatchObject({ is_remote: 0 });
  });

  it('does not activate a profile whose server cannot be used, and says which step failed', async () => {
    await succeed('remote_mysql_update_profile', { name: 'db2', mysql_pass: 'wrong' });
    await activate('db2');
    expect(await monitor()).toMatchObject({
      last_job_details: { status: 'FAILED', steps: [{ status: 'FAILED' }] },
    });
    expect((await succeed('remote_mysql_read_profiles')).data).toMatchObject({ localhost: { active: 1 } });
  });

  it('runs one activation at a time', async () => {
    await succeed('remote_mysql_initiate_profile_activation', { name: 'db2' });
    expect(await monitor()).toMatchObject({ job_in_progress: { profile_name: 'db2', status: 'INPROGRESS' } });
    expect((await failure('remote_mysql_initiate_profile_activation', { name: 'db2' }))[0]).toBe('busy');
    await runTasks();
  });

  it.each(['with TLS', 'without TLS'])('shows schemas of databases there, %s', async (which) => {
    const server = which === 'with TLS' ? remote : plain;
    // Each of these means something in an option file.
    const mysql_pass = 'a#b"c\'d\\e f;ü%\\s';
    server.query(`
      CREATE OR REPLACE USER odd@localhost IDENTIFIED BY 'a#b"c\\'d\\\\e f;ü%\\\\s';
      GRANT ALL PRIVILEGES ON *.* TO odd@localhost WITH GRANT OPTION`);
    await create({ name: 'db3', mysql_port: String(server.port), mysql_user: 'odd', mysql_pass });
    await activate('db3');
    await setUpShop('eve');
    server.query('CREATE TABLE eve_shop.t (n INT); CREATE VIEW eve_shop.v AS SELECT n FROM eve_shop.t');
    const schema = await own('eve', 'Mysql::dump_database_schema', { dbname: 'eve_shop' });
    expect(schema).toContain('CREATE TABLE `t`');
    expect(schema).toMatch(/VIEW `v`/);
    // Nobody else reads it.
    const other = await here.uapi('bob', 'Mysql::dump_database_schema', { dbname: 'eve_shop' });
    expect(other).toMatchObject({ status: 0, errors: [expect.stringContaining('eve_shop')] });
    server.query('DROP DATABASE eve_shop; DROP USER eve_app@localhost');
  });

  it('refuses an unknown profile', async () => {
    expect((await failure('remote_mysql_initiate_profile_activation', { name: 'db9' }))[0]).toBe('not_found');
  });

  it('keeps passwords out of the journal and of the log of the task', async () => {
    await activate('db2');
    await setUpShop('eve');
    const rows = await here.engine.store.transaction('reads', async (db) => ({
      value: [
        await db.all('SELECT * FROM operation_step'),
        await db.all('SELECT * FROM task'),
        await db.all('SELECT * FROM mysql_activation_step'),
      ],
      keep: false,
    }));
    expect(JSON.stringify(rows)).not.toContain('right');
  });

  it('undoes a change on a server that goes away, once it is back', async () => {
    await activate('db2');
    await setUpShop('eve');
    await remote.halt();
    const { status, errors } = await here.uapi('eve', 'Mysql::create_database', { name: 'eve_shop2' });
    expect([status, errors?.join(' ')]).toEqual([0, expect.stringContaining('Nothing listens there')]);
    await remote.resume();
    await own('eve', 'Mysql::create_database', { name: 'eve_shop2' });
  });
});
