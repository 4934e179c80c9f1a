// Functions of WHM for MySQL databases, in a sandbox that runs no server.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Installation } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
let here: Installation;

beforeAll(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
  await uapi('create_database', { name: 'bob_shop' });
  await uapi('create_user', { name: 'bob_app', password });
  await uapi('set_privileges_on_database', { user: 'bob_app', database: 'bob_shop', privileges: 'SELECT' });
});
afterAll(() => here.remove());

const uapi = (name: string, args: Record<string, string> = {}, user = 'bob') =>
  here.uapi(user, `Mysql::${name}`, args);
const names = (oldname: string, newname: string) => ({ oldname, newname });
const databases = async () => (await uapi('list_databases')).data;
const shop = (database: string, user = 'bob_app') => [{ database, disk_usage: 0, users: [user] }];

test('rename_mysql_database, rename_mysql_user', async () => {
  const planned = await here.call('rename_mysql_database', names('bob_shop', 'bob_store'), { dryRun: true });
  expect(JSON.stringify(planned)).toContain('Rename the MariaDB database “bob_shop” to “bob_store”.');
  expect(await databases()).toEqual(shop('bob_shop'));
  const ok = { metadata: { result: 1 } };
  expect(await here.call('rename_mysql_database', names('bob_shop', 'bob_store'))).toMatchObject(ok);
  const user = { ...names('bob_app', 'bob_site'), cpuser: 'bob' };
  expect(await here.call('rename_mysql_user', user)).toMatchObject(ok);
  expect(await databases()).toEqual(shop('bob_store', 'bob_site'));
  const refused = (reason: string) => ({
    metadata: { result: 0, reason: expect.stringContaining(reason) as string },
  });
  expect(await here.call('rename_mysql_user', names('nobody', 'bob_x'))).toMatchObject(
    refused('You do not have a user named “nobody”.'),
  );
  expect(
    await here.call('rename_mysql_database', { ...names('bob_store', 'eve_x'), cpuser: 'eve' }),
  ).toMatchObject(refused('You do not have a database named “bob_store”.'));
});

test('list_databases, list_database_users and list_mysql_databases_and_users', async () => {
  await uapi('create_database', { name: 'eve_blog' }, 'eve');
  await here.uapi('eve', 'Postgresql::create_database', { name: 'eve_data' });
  const all = await here.call('list_databases');
  expect(all.data).toEqual({
    payload: [
      { cpuser: 'bob', engine: 'mysql', name: 'bob_store' },
      { cpuser: 'eve', engine: 'mysql', name: 'eve_blog' },
      { cpuser: 'eve', engine: 'postgresql', name: 'eve_data' },
    ],
  });
  expect((await here.call('list_database_users')).data).toEqual({
    payload: [{ cpuser: 'bob', engine: 'mysql', name: 'bob_site' }],
  });
  expect((await here.call('list_mysql_databases_and_users', { user: 'bob' })).data).toEqual({
    mysql_config: { 'mysql-version': '', prefix_length: 16, use_db_prefix: 1 },
    mysql_databases: { bob_store: ['bob_site'] },
  });
  const { metadata } = await here.call('list_mysql_databases_and_users', { user: 'nobody' });
  expect(metadata.result).toBe(0);
});

test('a reseller sees the databases of its own accounts only', async () => {
  await here.call('setupreseller', { user: 'eve' });
  await here.call('setacls', { reseller: 'eve', 'acl-mysql-info': '1' });
  const as = { user: 'eve', privileges: new Set(['mysql-info']) };
  const { data } = await here.call('list_databases', {}, { as });
  expect((data as { payload: { cpuser: string }[] }).payload.map(({ cpuser }) => cpuser)).not.toContain(
    'bob',
  );
  const { metadata } = await here.call('list_mysql_databases_and_users', { user: 'bob' }, { as });
  expect(metadata.result).toBe(0);
});

test('set_mysql_password', async () => {
  const set = (args: Record<string, string>) => here.call('set_mysql_password', { password, ...args });
  expect(await set({ user: 'bob_site' })).toMatchObject({ metadata: { result: 1 } });
  expect(await set({ user: 'bob_site', cpuser: 'eve' })).toMatchObject({
    metadata: { result: 0, reason: 'You do not have a user named “bob_site”.' },
  });
  expect(await set({ user: 'X' })).toMatchObject({
    metadata: { result: 0, reason: 'You do not have a user named “X”.' },
  });
  expect(await set({ user: 'bob_site', password: 'short' })).toMatchObject({ metadata: { result: 0 } });
  await here.call('setupreseller', { user: 'bob', makeowner: '1' });
  const as = { user: 'bob', privileges: new Set(['passwd']), isLimited: true as const };
  expect(
    (await here.call('set_mysql_password', { user: 'bob_site', password }, { as })).metadata,
  ).toMatchObject({
    error_code: 'denied',
  });
});

test('set_local_mysql_root_password is recorded without the password', async () => {
  const set = (given: string) => here.call('set_local_mysql_root_password', { password: given });
  expect(await set('abc')).toMatchObject({
    metadata: { result: 0, reason: expect.stringContaining('too weak') as string },
  });
  const record = join(here.state, 'root/var/lib/whmapi1-mysql/administrator.json');
  expect(() => readFileSync(record)).toThrow('ENOENT');
  expect(await set(password)).toMatchObject({ metadata: { result: 1 }, data: { password_reset: 1 } });
  expect(JSON.parse(readFileSync(record, 'utf8'))).toEqual({ hasPassword: true });
});
