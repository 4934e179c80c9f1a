// Database servers that have no free connection, or die during a call: the reason says what to do, nothing is half done,
// and the same call works afterwards.
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { Installation } from '../support/installation.ts';
import { PrivateMariadb } from '../support/private-mariadb.ts';
import { PrivatePostgresql } from '../support/private-postgresql.ts';
import { serveMariadb } from '../support/served-mariadb.ts';
import { servePostgresql } from '../support/served-postgresql.ts';
import { WatchedMariadb } from '../support/watched-mariadb.ts';
import { until } from '../support/until.ts';

const password = 'correct horse battery staple 7';
let here: Installation;
beforeAll(async () => {
  here = new Installation();
  here.overrides.randomBytes = async (count) => crypto.getRandomValues(new Uint8Array(count));
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password });
});
afterAll(() => here.remove());

type Arguments = Readonly<Record<string, string>>;
const done = { status: 1, errors: null, warnings: null };
const failed = (reason: string) => ({ status: 0, errors: [reason], data: null });
const noConnection = (server: string) =>
  failed(
    `The ${server} server of this machine cannot be used. All of its connections are in use. ` +
      'Retry the call later, end sessions, or raise max_connections.',
  );

describe('MariaDB', () => {
  const mysql = (name: string, args: Arguments = {}) => here.uapi('bob', `Mysql::${name}`, args);
  let server: PrivateMariadb;
  beforeAll(async () => {
    // The least that MariaDB accepts is 10.
    server = await PrivateMariadb.start({ options: ['--max-connections=10'] });
    serveMariadb(here.state, server);
  });
  afterAll(() => server.stop());

  const databases = () => server.query("SHOW DATABASES LIKE 'bob%'").flat();
  const users = () => server.query("SELECT User FROM mysql.user WHERE User LIKE 'bob%'").flat();

  test('all connections are in use', async () => {
    const sessions: Socket[] = [];
    // MariaDB keeps one more for an administrator.
    for (let count = 0; count < 11; count++) {
      const session = connect(server.socket);
      await once(session, 'data');
      sessions.push(session);
    }
    expect(await mysql('setup_db_and_user')).toMatchObject(noConnection('MariaDB'));
    expect(await mysql('list_databases')).toMatchObject(noConnection('MariaDB'));
    for (const session of sessions) session.destroy();
    await until(() => server.refusal('SELECT 1') === undefined, 'a free connection');
    expect([...databases(), ...users()]).toEqual([]);
    const { data } = await mysql('setup_db_and_user');
    const { database = '' } = data as { database?: string };
    expect([databases(), users()]).toEqual([[database], [database]]);
    await mysql('delete_database', { name: database });
    await mysql('delete_user', { name: database });
  });

  test('restarted during a call', async () => {
    const watched = await WatchedMariadb.start(server);
    serveMariadb(here.state, watched);
    let ended: Promise<void> | undefined;
    watched.onStatement = (sql, when) => {
      if (when === 'after' && sql.startsWith('CREATE DATABASE')) ended ??= server.kill();
    };
    const answer = await mysql('setup_db_and_user');
    expect(answer).toMatchObject({ status: 0, data: null });
    expect(JSON.stringify(answer.errors)).toMatch(/\(undo-operation\) tries again every minute/);
    expect(JSON.stringify(answer)).not.toMatch(/\bat .*\.ts/);
    await ended;
    await server.resume();
    expect(await mysql('create_database', { name: 'bob_shop' })).toMatchObject(done);
    expect([databases(), users()]).toEqual([['bob_shop'], []]);
    watched.stop();
  });
});

describe('MariaDB that is read-only', () => {
  const mysql = (name: string, args: Arguments = {}) => here.uapi('bob', `Mysql::${name}`, args);
  let server: PrivateMariadb;
  const user = { user: 'bob_app' };
  beforeAll(async () => {
    server = await PrivateMariadb.start();
    serveMariadb(here.state, server);
    expect(await mysql('create_database', { name: 'bob_shop' })).toMatchObject(done);
    expect(await mysql('create_user', { name: 'bob_app', password })).toMatchObject(done);
  });
  afterAll(() => server.stop());
  /** Everything that the server has of accounts. */
  const content = () => [
    server.query("SHOW DATABASES LIKE 'bob%'"),
    server.query("SELECT * FROM mysql.global_priv WHERE User LIKE 'bob%'"),
    server.query('SELECT * FROM mysql.db'),
  ];
  const changes: readonly [string, Arguments][] = [
    ['create_database', { name: 'bob_new' }],
    ['create_user', { name: 'bob_new', password }],
    ['setup_db_and_user', {}],
    ['set_privileges_on_database', { ...user, database: 'bob_shop', privileges: 'SELECT' }],
    ['set_password', { ...user, password: `${password}8` }],
    ['add_host', { host: '203.0.113.7' }],
    ['rename_database', { oldname: 'bob_shop', newname: 'bob_store' }],
    ['rename_user', { oldname: 'bob_app', newname: 'bob_web' }],
    ['delete_user', { name: 'bob_app' }],
    ['delete_database', { name: 'bob_shop' }],
    ['repair_database', { name: 'bob_shop' }],
  ];

  describe.each([
    [
      'SET GLOBAL read_only = ON',
      'because read_only is on. If it is a replica, make the change on its primary',
    ],
    ['--innodb-read-only', 'because innodb_read_only is on. Start it without this setting first.'],
  ])('%s', (setting, reason) => {
    beforeAll(async () => {
      if (setting.startsWith('SET')) return void server.query(setting);
      await server.halt();
      await server.resume([setting]);
    });
    afterAll(async () => {
      await server.halt();
      await server.resume();
    });

    test.each(changes)('is not changed by %s', async (name, args) => {
      const before = content();
      const answer = await mysql(name, args);
      expect(answer).toMatchObject({ status: 0, errors: [expect.stringContaining(reason)] });
      expect(content()).toEqual(before);
    });

    test('can be read', async () => {
      expect(await mysql('list_databases')).toMatchObject({ data: [{ database: 'bob_shop' }] });
      expect(await mysql('get_host_notes')).toMatchObject({ data: {} });
    });
  });

  test('is changed again when it is writable', async () => {
    expect(await mysql('create_database', { name: 'bob_new' })).toMatchObject(done);
    expect(await mysql('delete_database', { name: 'bob_new' })).toMatchObject(done);
  });
});

test('MariaDB: the disk is full', async () => {
  const server = await PrivateMariadb.start({ diskSize: '200m' });
  try {
    serveMariadb(here.state, server);
    const names = { oldname: 'bob_one', newname: 'bob_two' };
    const rename = () => here.uapi('bob', 'Mysql::rename_database', names);
    expect(await here.uapi('bob', 'Mysql::create_database', { name: names.oldname })).toMatchObject(done);
    server.query(`CREATE TABLE bob_one.t (a INT); INSERT INTO bob_one.t VALUES (7);
      CREATE TRIGGER bob_one.r BEFORE INSERT ON bob_one.t FOR EACH ROW SET NEW.a = 1`);
    const whole = (name: string) => [
      server.query(`SELECT a FROM ${name}.t`).flat(),
      server
        .query(`SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = '${name}'`)
        .flat(),
    ];
    server.disk.fill();
    const answer = await rename();
    expect(answer).toMatchObject({ status: 0, data: null });
    expect(JSON.stringify(answer.errors)).toContain(
      'MariaDB’s disk is full. Free some space and retry the call.',
    );
    server.disk.free();
    expect(whole('bob_one')).toEqual([['7'], ['r']]);
    expect(await rename()).toMatchObject(done);
    expect(whole('bob_two')).toEqual([['7'], ['r']]);
    expect(server.query("SHOW DATABASES LIKE 'bob%'")).toEqual([['bob_two']]);
  } finally {
    await server.stop();
  }
});

test('PostgreSQL: all connections are in use', async () => {
  const server = await PrivatePostgresql.start('max_connections=5', 'superuser_reserved_connections=1');
  try {
    servePostgresql(here.state, server);
    const pgsql = (name: string, args: Arguments = {}) => here.uapi('bob', `Postgresql::${name}`, args);
    expect(await pgsql('create_user', { name: 'bob_app', password })).toMatchObject(done);
    const others = () =>
      server.root(
        'postgres',
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
      );
    await until(async () => (await others()).length === 0, 'the end of the session of create_user');
    const sessions = await Promise.all(
      Array.from({ length: 5 }, () => server.connect('postgres', '', 'postgres')),
    );
    expect(await pgsql('create_database', { name: 'bob_shop' })).toMatchObject(noConnection('PostgreSQL'));
    for (const session of sessions) await session.end();
    expect(await pgsql('create_database', { name: 'bob_shop' })).toMatchObject(done);
  } finally {
    await server.stop();
  }
});
