// PostgreSQL servers that are full, stopped, locked or read-only: the reason says what to do, nothing is half done, and the
// same call works afterwards.
import { Installation } from '../support/installation.ts';
import { PrivatePostgresql } from '../support/private-postgresql.ts';
import { servePostgresql } from '../support/served-postgresql.ts';
import { undoOperations } from '../support/undo-operations.ts';
import { until } from '../support/until.ts';

const password = 'correct horse battery staple 7';
let here: Installation;
let server: PrivatePostgresql;
beforeAll(async () => {
  here = new Installation();
  here.overrides.randomBytes = async (count) => crypto.getRandomValues(new Uint8Array(count));
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password });
  server = await PrivatePostgresql.start();
  servePostgresql(here.state, server);
});
afterAll(async () => {
  here.remove();
  await server.stop();
});

type Arguments = Readonly<Record<string, string>>;
const done = { status: 1, errors: null, warnings: null };
const pgsql = (name: string, args: Arguments = {}) => here.uapi('bob', `Postgresql::${name}`, args);
const succeed = async (name: string, args: Arguments = {}) =>
  expect([name, await pgsql(name, args)]).toMatchObject([name, done]);

async function failure(name: string, args: Arguments): Promise<string> {
  const { status, errors } = await pgsql(name, args);
  const reason = errors?.join(' ') ?? '';
  expect([name, status, reason]).toEqual([name, 0, expect.not.stringMatching(/\bat .*\.ts/)]);
  return reason;
}

/** What the server has for the account. */
const onServer = async (of = server) =>
  (
    await of.root(
      'postgres',
      `SELECT datname AS name FROM pg_database WHERE datname LIKE 'bob%' AND datallowconn
        UNION ALL SELECT rolname FROM pg_roles WHERE rolname LIKE 'bob%' ORDER BY 1`,
    )
  ).map(({ name }) => name);

const bobA = { oldname: 'bob_a', newname: 'bob_b' };
const backAgain = { oldname: 'bob_b', newname: 'bob_a' };
const whole = ['bob_a', 'bob_a owner', 'bob_app'];
const renamed = ['bob_app', 'bob_b', 'bob_b owner'];

test('a stopped server: nothing changes, and the reason says how to start it', async () => {
  await succeed('create_database', { name: 'bob_a' });
  await succeed('create_user', { name: 'bob_app', password });
  await succeed('grant_all_privileges', { database: 'bob_a', user: 'bob_app' });
  await server.server.halt();
  expect(await failure('rename_database', bobA)).toBe(
    'The PostgreSQL server of this machine cannot be used. It does not run. Start it: systemctl start postgresql.',
  );
  await server.server.restart();
  expect(await onServer()).toEqual(whole);
});

/** Holds what renaming the database waits for, until the returned function is called. */
async function holdDatabase(): Promise<() => Promise<void>> {
  const session = await server.connect('postgres', '', 'postgres');
  await session.query('BEGIN');
  await session.query('ALTER DATABASE bob_a CONNECTION LIMIT 7');
  return async () => {
    await session.query('ROLLBACK').catch(() => undefined);
    await session.end().catch(() => undefined);
  };
}

const isWaiting = async () =>
  (
    await server.root(
      'postgres',
      "SELECT 1 AS one FROM pg_stat_activity WHERE application_name = 'whmapi1' AND wait_event_type = 'Lock'",
    )
  ).length > 0;

test('restarted during a rename: its task undoes it', async () => {
  const release = await holdDatabase();
  const call = failure('rename_database', bobA);
  await until(isWaiting, 'the wait for the lock');
  await server.server.halt();
  const reason = await call;
  expect(reason).toContain('The PostgreSQL server was stopped during the call.');
  expect(reason).toMatch(/\(undo-operation\) tries again every minute/);
  await release();
  await server.server.restart();
  expect(await pgsql('list_databases')).toMatchObject({ data: [{ database: 'bob_a', users: ['bob_app'] }] });
  await undoOperations(here.engine);
  expect(await onServer()).toEqual(whole);
  await succeed('rename_database', bobA);
  await succeed('rename_database', backAgain);
});

test('sessions that use a database end when it is renamed; one that holds a lock stops the call', async () => {
  const open = await server.connect('bob_app', password, 'bob_a');
  const release = await holdDatabase();
  expect(await failure('rename_database', bobA)).toContain(
    'Another session holds a lock in the database. Retry the call later.',
  );
  await release();
  await pgsql('list_databases');
  expect(await onServer()).toEqual(whole);
  await open.query('SELECT 1');
  await succeed('rename_database', bobA);
  await expect(open.query('SELECT 1')).rejects.toThrow();
  expect(await onServer()).toEqual(renamed);
  await succeed('rename_database', backAgain);
});

const changes: readonly [string, Arguments][] = [
  ['create_database', { name: 'bob_c' }],
  ['rename_database', bobA],
  ['rename_user_no_password', { oldname: 'bob_app', newname: 'bob_web' }],
  ['set_password', { user: 'bob_app', password: `${password}8` }],
  ['grant_all_privileges', { database: 'bob_a', user: 'bob_app' }],
  ['delete_user', { name: 'bob_app' }],
  ['delete_database', { name: 'bob_a' }],
  ['update_privileges', {}],
];

describe('a standby', () => {
  let standby: PrivatePostgresql;
  beforeAll(async () => {
    standby = await server.startStandby();
    servePostgresql(here.state, standby);
  });
  afterAll(async () => {
    servePostgresql(here.state, server);
    await standby.stop();
  });

  test.each(changes)('is not changed by %s', async (name, args) => {
    expect(await failure(name, args)).toContain(
      'The PostgreSQL server is a standby, which is read-only. Make the change on its primary server, or promote this one',
    );
    expect(await onServer(standby)).toEqual(whole);
  });

  test('can be read, and a suspension locks its users later', async () => {
    expect(await pgsql('list_databases')).toMatchObject({ data: [{ database: 'bob_a' }] });
    const { metadata } = await here.call('suspendacct', { user: 'bob' });
    expect([metadata.result, JSON.stringify(metadata)]).toEqual([1, expect.stringContaining('is a standby')]);
    expect((await here.call('listsuspended')).data).toMatchObject({ account: [{ user: 'bob' }] });
  });
});

describe('default_transaction_read_only=on', () => {
  beforeAll(() =>
    server.root('postgres', 'ALTER SYSTEM SET default_transaction_read_only = on', 'SELECT pg_reload_conf()'),
  );
  afterAll(() =>
    server.root('postgres', 'ALTER SYSTEM RESET default_transaction_read_only', 'SELECT pg_reload_conf()'),
  );

  test.each(changes)('the server is not changed by %s', async (name, args) => {
    expect(await failure(name, args)).toContain(
      'The PostgreSQL server is read-only, because default_transaction_read_only is on.',
    );
    expect(await onServer()).toEqual(whole);
  });
});

test('the disk is full', async () => {
  const small = await PrivatePostgresql.startOnDisk('160m', 'max_wal_size=32MB', 'min_wal_size=32MB');
  try {
    servePostgresql(here.state, small);
    // The log of changes has room in a new file, so that only the new database has none.
    await small.root('postgres', 'SELECT pg_switch_wal()', 'CHECKPOINT');
    small.server.disk.fill();
    expect(await failure('create_database', { name: 'bob_new' })).toContain(
      'PostgreSQL’s disk is full. Free some space and retry the call.',
    );
    small.server.disk.free();
    await pgsql('list_databases');
    expect(await onServer(small)).toEqual([]);
    await succeed('create_database', { name: 'bob_new' });
    expect(await onServer(small)).toEqual(['bob_new', 'bob_new owner']);
  } finally {
    servePostgresql(here.state, server);
    await small.stop();
  }
});
