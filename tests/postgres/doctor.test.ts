// whmapi1 --doctor with a store that several servers share.
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { schemaVersion } from '../../src/store/schema-version.generated.ts';
import { call, freshFolder, run, storeSecret, type Options } from '../support/command.ts';
import { PostgresServer } from './postgres-server.ts';
import { Proxy } from './proxy.ts';

interface Finding {
  readonly check: string;
  readonly severity: 'ok' | 'note' | 'warning' | 'problem';
  readonly message: string;
}

const folder = freshFolder();
const containing = (text: string) => expect.stringContaining(text) as string;
let database: PostgresServer;

// A separate server, because it is stopped.
beforeAll(async () => {
  database = await PostgresServer.start();
});
afterAll(() => database.stop());
beforeEach(async () => {
  await database.query('postgres', 'DROP DATABASE IF EXISTS whmapi1 WITH (FORCE)');
  await database.query('postgres', 'CREATE DATABASE whmapi1');
});

function at(name = 'web1', url = database.url('whmapi1')): Options {
  return {
    state: join(folder.path, name),
    env: { WHMAPI1_STORE_URL: url, WHMAPI1_SERVER_NAME: name, PGPASSWORD: 'Quagmire' },
  };
}

async function examine(options = at()) {
  const { status, stdout, stderr } = await run(['--doctor', '--output=json'], options);
  expect(stderr).toBe('');
  expect(stdout).not.toContain('Quagmire');
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  const of = (check: string) => findings.filter((one) => one.check === check);
  const toFix = findings.filter(({ severity }) => severity === 'warning' || severity === 'problem');
  return { status, of, toFix };
}

async function account(name: string, options = at()): Promise<void> {
  // The key of a certificate is encrypted with the key that all servers have.
  const [key, own] = [at().state, options.state].map((state) => join(state ?? '', 'secret.key'));
  if (key !== undefined && own !== undefined && existsSync(key) && !existsSync(own)) {
    mkdirSync(dirname(own), { recursive: true, mode: 0o700 });
    copyFileSync(key, own);
  }
  const { metadata } = await call(['createacct', `username=${name}`, `domain=${name}.example`], options);
  expect([metadata.reason, metadata.result]).toEqual([metadata.reason, 1]);
}

test('a healthy store: only the accounts of this server are compared with its users', async () => {
  await account('bob');
  await storeSecret('root', 'WJ73QJSKZBXCIFPZ', at());
  await account('carol', at('web2'));
  const { status, of, toFix } = await examine();
  expect([status, toFix]).toEqual([0, []]);
  expect(of('store')).toMatchObject([
    { severity: 'ok', message: containing('can be reached') },
    { severity: 'ok', message: containing(`The schema (${schemaVersion})`) },
  ]);
  expect(of('accounts')).toMatchObject([{ severity: 'ok', message: containing('1 account:') }]);
  expect(of('key')).toMatchObject([{ severity: 'ok', message: containing('opens the secrets') }]);
  expect(of('unfinished')).toMatchObject([{ severity: 'ok' }]);
});

test('a database without tables gets none from the check', async () => {
  await account('bob');
  await database.query('whmapi1', 'DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  expect((await examine()).of('store')).toMatchObject([
    { severity: 'ok', message: containing('no store yet') },
  ]);
  const tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'";
  expect(await database.query('whmapi1', tables)).toEqual([]);
});

test('interrupted operations of this server, and not those of others', async () => {
  await account('bob');
  await account('carol', at('web2'));
  const insert = (server: string, xid: string) =>
    database.query(
      'whmapi1',
      `INSERT INTO operation (server, kind, input, begun, process, xid, caller)
       VALUES ('${server}', 'expire-passwords', '{"usernames":[]}', 0, '999999 1 gone', '${xid}', 'root')`,
    );
  await insert('web2', 'abc222');
  expect((await examine()).toFix).toEqual([]);
  await insert('web1', 'abc111');
  expect((await examine()).toFix).toMatchObject([{ check: 'unfinished', message: containing('abc111') }]);
});

/** The store cannot be used, the rest is checked. */
async function expectUnusable(options: Options, reason: string): Promise<void> {
  const { status, of, toFix } = await examine(options);
  expect([status, toFix]).toMatchObject([1, [{ check: 'store', message: containing(reason) }]]);
  expect(of('accounts')).toMatchObject([{ severity: 'note', message: containing('Not checked') }]);
  expect(of('disk-space')).not.toEqual([]);
  expect(of('program')).not.toEqual([]);
}

test('a stopped, missing or silent database is reported, and the rest is checked', async () => {
  await account('bob');
  await expectUnusable(at('web1', database.url('nowhere')), 'there is no such database');
  await database.halt();
  try {
    await expectUnusable(at(), 'the connection was refused. Start PostgreSQL');
  } finally {
    await database.restart();
  }
  const proxy = await Proxy.start(database.port);
  proxy.fate = () => 'swallow';
  try {
    const url = database.url('whmapi1', { port: proxy.port });
    await expectUnusable(at('web1', url), 'could not be used: it does not answer');
  } finally {
    await proxy.stop();
  }
});

test('a database that stops responding during the check does not make it wait', async () => {
  await account('bob');
  const proxy = await Proxy.start(database.port);
  proxy.fate = (sent) => (sent.includes('FROM tfa_secret') ? 'swallow' : 'pass on');
  try {
    const { status, of } = await examine(at('web1', database.url('whmapi1', { port: proxy.port })));
    expect(status).toBe(1);
    expect(of('key')).toMatchObject([{ severity: 'problem', message: containing('it does not answer') }]);
    expect(of('program')).not.toEqual([]);
  } finally {
    await proxy.stop();
  }
});

test('an older schema is not changed, and a newer one is a problem', async () => {
  await account('bob');
  const client = new pg.Client({ connectionString: database.url('whmapi1') });
  await client.connect();
  const become = (version: number) => client.query('UPDATE whmapi1_store SET schema_version = $1', [version]);
  await become(schemaVersion - 1);
  const older = await examine();
  expect([older.status, older.toFix]).toEqual([0, []]);
  expect(older.of('store')).toContainEqual(
    expect.objectContaining({ severity: 'note', message: containing('The next call upgrades the schema') }),
  );
  expect(older.of('accounts')).toMatchObject([{ severity: 'note' }]);
  const { rows } = await client.query('SELECT schema_version FROM whmapi1_store');
  expect(rows).toMatchObject([{ schema_version: String(schemaVersion - 1) }]);
  await become(schemaVersion + 1);
  const newer = await examine();
  expect([newer.status, newer.toFix]).toMatchObject([
    1,
    [{ check: 'store', message: containing('newer whmapi1') }],
  ]);
  await client.end();
});
