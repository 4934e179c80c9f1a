// Mysql: an account’s databases, in a sandbox that runs no server.
import { Installation } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
let here: Installation;

beforeAll(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve', 'longerthaneight'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
});
afterAll(() => here.remove());

const uapi = (name: string, args: Record<string, string> = {}, user = 'bob') => here.uapi(user, name, args);
const done = { status: 1, errors: null };
const failed = (reason: string) => ({ status: 0, errors: [expect.stringContaining(reason) as string] });

test('Mysql::get_restrictions', async () => {
  const lengths = { max_database_name_length: 64, max_username_length: 47 };
  expect((await uapi('Mysql::get_restrictions')).data).toEqual({ prefix: 'bob_', ...lengths });
  const set = (value: string) =>
    here.call('set_tweaksetting', { module: 'Main', key: 'database_prefix', value });
  await set('0');
  expect((await uapi('Mysql::get_restrictions')).data).toEqual({ prefix: null, ...lengths });
  await set('1');
});

test('a database with its user', async () => {
  expect(await uapi('Mysql::create_database', { name: 'bob_shop' })).toMatchObject({ ...done, data: null });
  expect(await uapi('Mysql::create_user', { name: 'bob_app', password })).toMatchObject(done);
  const empty = { disk_usage: 0, users: [] };
  expect((await uapi('Mysql::list_databases')).data).toEqual([{ database: 'bob_shop', ...empty }]);
  const set = (privileges: string) =>
    uapi('Mysql::set_privileges_on_database', { user: 'bob_app', database: 'bob_shop', privileges });
  expect(await set('select,  lock tables')).toMatchObject(done);
  expect((await uapi('Mysql::list_databases')).data).toEqual([
    { database: 'bob_shop', ...empty, users: ['bob_app'] },
  ]);
  expect((await uapi('Mysql::list_users')).data).toEqual([
    { user: 'bob_app', shortuser: 'app', databases: ['bob_shop'] },
  ]);
  expect(await set('SELECT,FLY')).toMatchObject(failed('It has “FLY”.'));

  expect(await uapi('Mysql::delete_database', { name: 'bob_shop' })).toMatchObject(done);
  expect((await uapi('Mysql::list_databases')).data).toEqual([]);
  expect((await uapi('Mysql::list_users')).data).toEqual([
    { user: 'bob_app', shortuser: 'app', databases: [] },
  ]);
  expect(await uapi('Mysql::delete_user', { name: 'bob_app' })).toMatchObject(done);
  expect((await uapi('Mysql::list_users')).data).toEqual([]);
});

test('what exists already', async () => {
  await uapi('Mysql::create_database', { name: 'bob_twice' });
  await uapi('Mysql::create_user', { name: 'bob_twice', password });
  expect(await uapi('Mysql::create_database', { name: 'bob_twice' })).toMatchObject(
    failed('already has a database named “bob_twice”'),
  );
  expect(await uapi('Mysql::create_user', { name: 'bob_twice', password })).toMatchObject(
    failed('already has a user named “bob_twice”'),
  );
  expect((await uapi('Mysql::list_users')).data).toHaveLength(1);
  expect(await uapi('Mysql::delete_database', { name: 'bob_twice' })).toMatchObject(done);
  expect(await uapi('Mysql::delete_user', { name: 'bob_twice' })).toMatchObject(done);
});

test('weak passwords', async () => {
  expect(await uapi('Mysql::create_user', { name: 'bob_weak', password: 'bob_weak' })).toMatchObject(
    failed('too weak'),
  );
  expect((await uapi('Mysql::list_users')).data).toEqual([]);
});

test('an account does not see the databases of another', async () => {
  await uapi('Mysql::create_database', { name: 'eve_secret' }, 'eve');
  await uapi('Mysql::create_user', { name: 'eve_app', password }, 'eve');
  expect((await uapi('Mysql::list_databases')).data).toEqual([]);
  expect((await uapi('Mysql::list_users')).data).toEqual([]);
  for (const name of ['eve_secret', 'eve_nothing', 'bob_nothing', 'mysql', 'a`b', 'é']) {
    expect(await uapi('Mysql::delete_database', { name })).toMatchObject(
      failed('You do not have a database named'),
    );
  }
  expect(await uapi('Mysql::delete_user', { name: 'eve_app' })).toMatchObject(
    failed('You do not have a user named “eve_app”.'),
  );
  expect(await uapi('Mysql::create_database', { name: 'eve_new' })).toMatchObject(
    failed('begins with “bob_”'),
  );
  await uapi('Mysql::create_database', { name: 'bob_own' });
  const grant = { user: 'eve_app', database: 'bob_own', privileges: 'ALL PRIVILEGES' };
  expect(await uapi('Mysql::set_privileges_on_database', grant)).toMatchObject(failed('“eve_app”'));
  expect((await uapi('Mysql::list_databases', {}, 'eve')).data).toEqual([
    { database: 'eve_secret', disk_usage: 0, users: [] },
  ]);
});

test('the prefix of a long name', async () => {
  const create = (args: Record<string, string>) => uapi('Mysql::create_database', args, 'longerthaneight');
  expect(await create({ name: 'longerth_a' })).toMatchObject(failed('begins with “longerthaneight_”'));
  expect(await create({ name: 'longerth_a', 'prefix-size': '8' })).toMatchObject(done);
  expect(await create({ name: 'longerthaneight_a' })).toMatchObject(done);
  const { data } = await uapi('Mysql::list_databases', {}, 'longerthaneight');
  expect(data).toMatchObject([{ database: 'longerth_a' }, { database: 'longerthaneight_a' }]);
});

test('the limit of the package holds for calls at the same time', async () => {
  await here.call('modifyacct', { user: 'eve', MAXSQL: '3' });
  const names = ['a', 'b', 'c', 'd', 'e'].map((one) => `eve_limit${one}`);
  const answers = await Promise.all(names.map((name) => uapi('Mysql::create_database', { name }, 'eve')));
  const refused = answers.filter(({ status }) => status === 0);
  expect(refused).toHaveLength(3);
  for (const one of refused) expect(one).toMatchObject(failed('may have 3 MySQL databases, and has 3'));
  expect((await uapi('Mysql::list_databases', {}, 'eve')).data).toHaveLength(3);
});

test('without the feature', async () => {
  await here.call('update_featurelist', { featurelist: 'disabled', mysql: '0' });
  expect(await uapi('Mysql::list_databases')).toMatchObject(failed('requires the feature “mysql”'));
});
