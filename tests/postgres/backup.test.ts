// whmapi1 --backup and --restore with a store that several servers share.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { schemaVersion } from '../../src/store/schema-version.generated.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { call, freshFolder, run, storedSecret, storeSecret, type Options } from '../support/command.ts';

const SECRET = 'WJ73QJSKZBXCIFPZ';
const password = 'four unusual words, Xylophone';
const folder = freshFolder();
const file = () => join(folder.path, 'whmapi1.backup');
const matching = (pattern: RegExp) => expect.stringMatching(pattern) as string;
const databases: TestDatabase[] = [];

/** A server with its own database, or with a shared one. */
function server(name: string, shared?: TestDatabase): Options & { readonly database: TestDatabase } {
  const database = shared ?? makeTestDatabase();
  if (database === undefined) throw new Error('These tests need PostgreSQL: npm run test:postgres.');
  if (shared === undefined) databases.push(database);
  return {
    database,
    state: join(folder.path, name),
    env: { WHMAPI1_STORE_URL: database.url, WHMAPI1_SERVER_NAME: name },
  };
}

afterEach(() => {
  for (const database of databases.splice(0)) database.remove();
});

async function done(words: readonly string[], at: Options): Promise<string> {
  const { status, stdout, stderr } = await run(words, at);
  expect([words, status, stderr]).toEqual([words, 0, '']);
  return stdout;
}

async function works(words: readonly string[], at: Options): Promise<Record<string, unknown>> {
  const { metadata, data } = await call(words, at);
  expect([words[0], metadata.reason, metadata.result]).toEqual([words[0], metadata.reason, 1]);
  return data ?? {};
}

async function sql({ database }: { readonly database: TestDatabase }, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function fill(at: Options): Promise<void> {
  await works(['addpkg', 'name=gold'], at);
  const file = join(folder.path, 'password');
  writeFileSync(file, password);
  for (const name of ['alice', 'bob']) {
    const account = [`username=${name}`, `domain=${name}.example`, 'plan=gold'];
    await works(['createacct', ...account, '--file', `password=${file}`], at);
  }
  await works(['api_token_create', 'token_name=billing', 'acl=list-accts'], at);
  await storeSecret('root', SECRET, at);
}

/** What callers see. The accounts are those of all servers. */
async function seen(at: Options): Promise<unknown[]> {
  const asked = [['listaccts'], ['listpkgs'], ['api_token_list'], ['twofactorauth_get_user_configs']];
  return Promise.all(
    asked.map(async (words) => {
      const text = JSON.stringify(await works(words, at));
      return JSON.parse(text) as unknown;
    }),
  );
}

const packages = async (at: Options) => {
  const { pkg } = await works(['listpkgs', 'api.columns.enable=1', 'api.columns.a=name'], at);
  return (pkg as { name: string }[]).map(({ name }) => name);
};

test('a backup is restored into an empty database, with what belongs to each server', async () => {
  const web1 = server('web1');
  const web2 = server('web2', web1.database);
  await fill(web1);
  mkdirSync(web2.state ?? '', { recursive: true, mode: 0o700 });
  copyFileSync(join(web1.state ?? '', 'secret.key'), join(web2.state ?? '', 'secret.key'));
  await works(['createacct', 'username=carol', 'domain=carol.example', `password=${password}`], web2);
  const before = [await seen(web1), await seen(web2)];
  const said = await done(['--backup', file()], web1);
  expect(said).toMatch(/holds {4}a store that several servers share: 3 accounts, \d+ rows in \d+ tables/);
  expect(statSync(file()).mode & 0o777).toBe(0o600);

  // The database is lost; the servers and their keys still exist.
  const fresh = server('web1');
  const restored = await done(['--restore', file()], fresh);
  expect(restored).toContain('Everybody is logged out.');
  expect(restored).not.toContain('The old store is kept');
  const beside = server('web2', fresh.database);
  expect([await seen(fresh), await seen(beside)]).toEqual(before);
  expect(await storedSecret('root', fresh)).toBe(SECRET);
  // Numbering continues after the restored rows.
  await works(['createacct', 'username=dave', 'domain=dave.example', `password=${password}`], fresh);
  await works(['addpkgext', 'name=gold', '_PACKAGE_EXTENSIONS=first'], fresh);
  expect(readdirSync(fresh.state ?? '').filter((name) => name.includes('restor'))).toEqual([]);
});

test('the key is separate: it is copied by hand, or included with --with-key', async () => {
  const web1 = server('web1');
  await fill(web1);
  const keyFile = join(web1.state ?? '', 'secret.key');
  expect(await done(['--backup', file()], web1)).toContain('The key is not in it.');
  expect(readFileSync(file()).includes(readFileSync(keyFile))).toBe(false);

  const other = { ...server('web1'), state: join(folder.path, 'other') };
  expect(await run(['--restore', file()], other)).toMatchObject({
    status: 0,
    stderr: matching(/encrypted with another key/),
  });
  expect(await storedSecret('root', other)).toBeUndefined();
  copyFileSync(keyFile, join(other.state, 'secret.key'));
  expect(await storedSecret('root', other)).toBe(SECRET);

  const withKey = `${file()}.key`;
  const made = await run(['--backup', withKey, '--with-key'], web1);
  expect(made).toMatchObject({ status: 0, stderr: matching(/This file contains the key/) });
  const third = { ...server('web1'), state: join(folder.path, 'third') };
  await done(['--restore', withKey], third);
  expect(await storedSecret('root', third)).toBe(SECRET);
});

test('a database with contents is replaced only with --force, and is kept', async () => {
  const web1 = server('web1');
  await fill(web1);
  await done(['--backup', file()], web1);
  await works(['addpkg', 'name=later'], web1);
  const refused = await run(['--restore', file()], web1);
  expect(refused).toMatchObject({ status: 1, stdout: '', stderr: matching(/is not empty\. Add --force/) });
  const dry = await done(['--restore', file(), '--force', '--dry-run'], web1);
  expect(dry).toContain('Nothing was changed.');
  expect(await packages(web1)).toContain('later');

  const said = await done(['--restore', file(), '--force'], web1);
  expect(await packages(web1)).not.toContain('later');
  const [, kept = ''] = /^The old store is kept: (.+)$/m.exec(said) ?? [];
  expect(existsSync(kept)).toBe(true);
  await done(['--restore', kept, '--force'], web1);
  expect(await packages(web1)).toContain('later');
});

test('a dry run with an empty database creates nothing in it', async () => {
  const web1 = server('web1');
  await fill(web1);
  await done(['--backup', file()], web1);
  const empty = server('web1');
  await sql(empty, 'DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  expect(await done(['--restore', file(), '--dry-run'], empty)).toContain('Nothing was changed.');
  expect(await sql(empty, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
  await done(['--restore', file()], empty);
  expect(await packages(empty)).toContain('gold');
});

test('a backup of the other kind is rejected, and so is a backup of a store with an older schema', async () => {
  const web1 = server('web1');
  const own: Options = { state: join(folder.path, 'own') };
  await works(['addpkg', 'name=gold'], own);
  await works(['addpkg', 'name=gold'], web1);
  await done(['--backup', `${file()}.own`], own);
  await done(['--backup', file()], web1);
  const into = async (path: string, at: Options) => (await run(['--restore', path, '--force'], at)).stderr;
  expect(await into(`${file()}.own`, web1)).toContain('This backup is of a server’s own store');
  expect(await into(file(), own)).toContain('This backup is of a store that several servers share.');

  await sql(web1, `UPDATE whmapi1_store SET schema_version = ${schemaVersion - 1}`);
  const older = await run(['--backup', `${file()}.older`], web1);
  expect(older).toMatchObject({ status: 3, stderr: matching(/has the schema of another version/) });
  expect(existsSync(`${file()}.older`)).toBe(false);
});
