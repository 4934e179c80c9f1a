// whmapi1 --migrate-store: from this server's own database to a shared one, and back.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createApplication, root, type Application } from '../../src/app/app.ts';
import { moveStore } from '../../src/administration/store.ts';
import type { Db } from '../../src/core/context.ts';
import { dispatch } from '../../src/core/dispatch.ts';
import type { Hash } from '../../src/core/values.ts';
import { move } from '../../src/store/move.ts';
import type { OpenStore } from '../../src/store/open-store.ts';
import { SharedStore } from '../../src/store/shared-store.ts';
import { SqliteStore } from '../../src/store/sqlite.ts';
import { StateDirectory } from '../../src/store/state-directory.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { Terminal, type Printed } from '../support/terminal.ts';

let folder: string;
let database: TestDatabase;
const opened: Application[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whmapi1-move-'));
  const made = makeTestDatabase();
  if (made === undefined) throw new Error('These tests need PostgreSQL: npm run test:postgres.');
  database = made;
});
const closeAll = () => {
  for (const application of opened.splice(0)) application.close();
};
afterEach(() => {
  closeAll();
  database.remove();
  rmSync(folder, { recursive: true, force: true });
});

const own = (name = 'state') => ({ WHMAPI1_STATE_DIR: join(folder, name) });
const shared = (name = 'state', server = 'web1') => ({
  ...own(name),
  WHMAPI1_STORE_URL: database.url,
  WHMAPI1_SERVER_NAME: server,
});

function opening(environment: Readonly<Record<string, string>>): Application {
  const application = createApplication(environment);
  opened.push(application);
  return application;
}

async function call(application: Application, command: string, args: Hash = {}): Promise<Hash> {
  const given = Object.entries(args).map(([name, value]) => ({ name, value: value as string }));
  const { metadata, data } = await dispatch(
    { command, args: given, dryRun: false },
    root,
    application.engine,
  );
  expect([command, metadata.reason, metadata.result]).toEqual([command, metadata.reason, 1]);
  return data ?? {};
}

async function printedBy(words: string[], environment: Readonly<Record<string, string>>): Promise<Printed> {
  const terminal = new Terminal();
  terminal.environment = environment;
  try {
    return await terminal.run(...words);
  } finally {
    terminal.remove();
  }
}

/** Adds data to as many tables as possible. */
async function fill(application: Application): Promise<void> {
  const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
  const password = 'four unusual words, Xylophone';
  await call(application, 'addpkg', { name: 'gold', maxftp: '7' });
  await call(application, 'addpkgext', { name: 'gold', _PACKAGE_EXTENSIONS: 'first second' });
  await call(application, 'createacct', {
    ...{ username: 'bob', domain: 'bob.example', plan: 'gold', password },
    reseller: '1',
  });
  await call(application, 'createacct', { username: 'gone', domain: 'gone.example', password });
  await call(application, 'removeacct', { user: 'gone' });
  await call(application, 'suspendacct', { user: 'bob', reason: 'naïve “quotes” 🎉' });
  await call(application, 'api_token_create', { token_name: 'billing', acl: 'list-accts' });
  await call(application, 'twofactorauth_set_issuer', { issuer: 'Example' });
  await call(application, 'twofactorauth_set_tfa_config_for_user', {
    root: JSON.stringify({ primary_account: { secret } }),
  });
  await call(application, 'create_cphulk_record', { ip: '192.0.2.0/24', list_name: 'white' });
}

/** What callers see of all this. */
async function seen(application: Application): Promise<Hash[]> {
  const asked: [string, Hash?][] = [
    ['listaccts'],
    ['listpkgs'],
    ['listresellers'],
    ['api_token_list'],
    ['twofactorauth_get_issuer'],
    ['twofactorauth_get_user_configs'],
    ['twofactorauth_get_tfa_config_for_user', { user: 'root' }],
    ['read_cphulk_records', { list_name: 'white' }],
  ];
  const answers: Hash[] = [];
  for (const [command, args] of asked) answers.push(await call(application, command, args));
  return answers;
}

test('everything is moved to PostgreSQL and back without a difference', async () => {
  const before = opening(own());
  await fill(before);
  const all = await seen(before);
  closeAll();
  const there = await moveStore(shared(), 'sqlite', 'postgres');
  expect(there.isNew).toBe(true);
  expect(there.tables.find(({ table }) => table === 'account')?.rows).toBe(1);
  expect(there.tables.find(({ table }) => table === 'removed_user_id')?.rows).toBe(1);
  const fleet = opening(shared());
  expect(await seen(fleet)).toEqual(all);
  // The key of the encrypted secrets stays where it is.
  for (const application of opened.splice(0, 1)) application.close();
  for (const file of ['store.db', 'store.db-wal', 'store.db-shm'])
    rmSync(join(folder, 'state', file), { force: true });
  const back = await moveStore(shared(), 'postgres', 'sqlite');
  expect(back).toEqual(there);
  expect(await seen(opening(own()))).toEqual(all);
});

test('numbering continues after the moved rows', async () => {
  await fill(opening(own()));
  closeAll();
  await moveStore(shared(), 'sqlite', 'postgres');
  const fleet = opening(shared());
  await call(fleet, 'addpkgext', { name: 'gold', _PACKAGE_EXTENSIONS: 'third' });
  await call(fleet, 'createacct', {
    ...{ username: 'carl', domain: 'carl.example', password: 'four unusual words, Xylophone' },
  });
  const { pkg } = await call(fleet, 'getpkginfo', { pkg: 'gold' });
  expect((pkg as Hash)._PACKAGE_EXTENSIONS ?? (pkg as Hash).PACKAGE_EXTENSIONS).toBe('first second third');
});

test('it can be repeated, and reports that everything is there', async () => {
  await fill(opening(own()));
  closeAll();
  const first = await moveStore(shared(), 'sqlite', 'postgres');
  expect(await moveStore(shared(), 'sqlite', 'postgres')).toEqual({ ...first, isNew: false });
});

test('a store that is in use is not changed', async () => {
  await fill(opening(own()));
  closeAll();
  const fleet = opening(shared('other', 'web2'));
  await call(fleet, 'addpkg', { name: 'theirs' });
  const before = await seen(fleet);
  await expect(moveStore(shared(), 'sqlite', 'postgres')).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringMatching(/^The destination store is in use: .*“package”/) as string,
  });
  expect(await seen(fleet)).toEqual(before);
});

test('accounts of other servers are not moved into a store of one server', async () => {
  const [web1, web2] = [opening(shared('state', 'web1')), opening(shared('other', 'web2'))];
  const password = 'four unusual words, Xylophone';
  await call(web1, 'createacct', { username: 'bob', domain: 'bob.example', password });
  // Both have certificates, whose keys are encrypted with one key.
  mkdirSync(join(folder, 'other'), { recursive: true, mode: 0o700 });
  copyFileSync(join(folder, 'state/secret.key'), join(folder, 'other/secret.key'));
  await call(web2, 'createacct', { username: 'carl', domain: 'carl.example', password });
  await expect(moveStore(shared(), 'postgres', 'sqlite')).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringContaining('has accounts or tasks of other servers (“web2”)') as string,
  });
});

test('if it fails in the middle, nothing is moved, and the next attempt moves everything', async () => {
  const own1 = opening(own());
  await fill(own1);
  const all = await seen(own1);
  closeAll();
  const fleet = opening(shared('other', 'web2'));
  const run = (sql: string) =>
    fleet.engine.store.transaction('changes', async (db) => ({ value: await db.run(sql), keep: true }));
  await run(`ALTER TABLE tfa_secret ADD CONSTRAINT refused CHECK (username = 'nobody')`);
  await expect(moveStore(shared(), 'sqlite', 'postgres')).rejects.toThrow('refused');
  expect(await call(fleet, 'listaccts')).toEqual({ acct: [] });
  await run('ALTER TABLE tfa_secret DROP CONSTRAINT refused');
  expect((await moveStore(shared(), 'sqlite', 'postgres')).isNew).toBe(true);
  expect(await seen(opening(shared()))).toEqual(all);
});

test('the old store is no longer used, and no other store is created instead', async () => {
  await fill(opening(own()));
  closeAll();
  const refusal = async (environment: Readonly<Record<string, string>>) => {
    const request = { command: 'listpkgs', args: [], dryRun: false };
    try {
      return (await dispatch(request, root, opening(environment).engine)).metadata.reason;
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(await refusal(shared())).toContain('Move it with `whmapi1 --migrate-store sqlite postgres`');
  await moveStore(shared(), 'sqlite', 'postgres');
  expect(await refusal(own())).toContain('This installation was moved to PostgreSQL');
  expect(await refusal(shared())).toBe('OK');
});

test('it does not wait: if a process still uses the store, it says so and can be repeated', async () => {
  const before = opening(own());
  await fill(before);
  await expect(moveStore(shared(), 'sqlite', 'postgres')).rejects.toThrow(
    'Everything was copied, but a process still uses',
  );
  closeAll();
  expect((await moveStore(shared(), 'sqlite', 'postgres')).isNew).toBe(false);
  expect(existsSync(join(folder, 'state/store.db.moved'))).toBe(true);
});

test('the name on the second line of store.url is used, wherever the URL comes from', async () => {
  await fill(opening(own()));
  closeAll();
  writeFileSync(join(folder, 'state/store.url'), `${database.url}\nweb7\n`, { mode: 0o600 });
  await moveStore(own(), 'sqlite', database.url);
  const listed = await call(opening(own()), 'listaccts');
  expect(listed).toMatchObject({ acct: [{ user: 'bob' }] });
});

test('two machines with one name are rejected, because each would undo the other’s operations', async () => {
  await call(opening(shared('state', 'web1')), 'listpkgs');
  const second = opening(shared('other', 'web1'));
  const request = { command: 'listpkgs', args: [], dryRun: false };
  expect((await dispatch(request, root, second.engine)).metadata).toMatchObject({
    error_code: 'store_unavailable',
    reason: expect.stringMatching(
      /^The store .* already has another server named “web1”\. .*WHERE name = 'web1'$/,
    ) as string,
  });
});

/** The store, with `meddle` called before each read of its rows in a transaction. */
function meddling(store: OpenStore, meddle: (db: Db, sql: string) => Promise<void>): OpenStore {
  return {
    transaction: (effect, work) =>
      store.transaction(effect, (db, nested) => {
        const all: Db['all'] = async (sql, ...values) => {
          await meddle(db, sql);
          return db.all(sql, ...values);
        };
        const { dialect, server } = db;
        const get: Db['get'] = (sql, ...values) => db.get(sql, ...values);
        return work({ get, all, run: (sql, ...values) => db.run(sql, ...values), dialect, server }, nested);
      }),
    state: () => store.state(),
    close: () => store.close(),
  };
}

function both(): { readonly postgres: OpenStore; readonly sqlite: OpenStore; readonly close: () => void } {
  const url = database.url;
  const directory = new StateDirectory(join(folder, 'state'), process.geteuid?.() ?? 0);
  const postgres = new SharedStore({ url, server: 'web1', livesLong: false, directory, mayHaveOwn: true });
  const sqlite = new SqliteStore(directory, { mayBeNew: true });
  const close = () => [postgres, sqlite].forEach((store) => store.close());
  return { postgres, sqlite, close };
}

test('PostgreSQL waits for the other database as long as needed', async () => {
  const { postgres, sqlite, close } = both();
  const seen = new Set<unknown>();
  const source = meddling(postgres, async (db) => {
    seen.add(Object.values((await db.get<Hash>('SHOW idle_in_transaction_session_timeout')) ?? {})[0]);
  });
  expect((await move(source, sqlite)).isNew).toBe(false);
  expect([...seen]).toEqual(['0']);
  seen.clear();
  await move(sqlite, source);
  expect([...seen]).toEqual(['0']);
  close();
});

test('nothing is kept if the source was lost, even after all of it was read', async () => {
  await call(opening(shared()), 'addpkg', { name: 'gold' });
  const { postgres, sqlite, close } = both();
  let backend: unknown;
  const source = meddling(postgres, async (db) => {
    backend ??= (await db.get<Hash>('SELECT pg_backend_pid() AS id'))?.id;
  });
  const looks: string[] = [];
  const target = meddling(sqlite, async (_db, sql) => {
    looks.push(sql);
    // All tables are read before they are written, and again after that.
    if (looks.length < 2 || looks.filter((look) => look === looks[0]).length < 2 || backend === undefined)
      return;
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('SELECT pg_terminate_backend($1, 5000)', [backend]);
    await client.end();
    backend = undefined;
  });
  await expect(move(source, target)).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringContaining('the connection was lost') as string,
  });
  const kept = await sqlite.transaction('reads', async (db) => ({
    value: await db.all("SELECT name FROM package WHERE name = 'gold'"),
    keep: false,
  }));
  expect(kept).toEqual([]);
  close();
});

describe('on the command line', () => {
  test('it shows every table with its rows and a digest', async () => {
    await fill(opening(own()));
    closeAll();
    const { status, stdout } = await printedBy(['--migrate-store', 'sqlite', 'postgres'], shared());
    expect(status).toBe(0);
    expect(stdout).toMatch(/^account {15,} 1 {2}sha256:[\da-f]{16}$/m);
    const tables = stdout.match(/^\w+ +\d+ {2}sha256:/gm)?.length;
    expect(tables).toBeGreaterThan(30);
    expect(stdout).toMatch(new RegExp(`\\n\\d+ rows of ${tables} tables were copied and verified\\.\\n$`));
    const again = await printedBy(['--migrate-store', 'sqlite', 'postgres'], shared());
    expect(again.stdout).toMatch(/already exist and are identical\. Nothing was changed\.\n$/);
  });

  test.each([
    [['sqlite'], 2, 'requires two stores'],
    [['sqlite', 'sqlite'], 2, 'One of the two stores must be “sqlite”'],
    [['sqlite', 'postgres://a:Quagmire@127.0.0.1/b'], 2, 'leave it out of the URL'],
    [['sqlite', 'postgres://a@127.0.0.1:1/b'], 3, 'the connection was refused'],
    [['sqlite', 'mysql://a@127.0.0.1:1/b'], 3, 'should be the URL of a PostgreSQL database'],
  ])('%j is rejected with the status %d', async (words, wanted, reason) => {
    const { status, stdout, stderr } = await printedBy(['--migrate-store', ...words], own());
    expect([status, stdout]).toEqual([wanted, '']);
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain('Quagmire');
  });
});
