// Mysql: an account’s databases, in a sandbox that runs no server.
import { createOwnDatabase } from '../../src/capabilities/databases/plans/databases/own-mysql.ts';
import { accountCaller } from '../../src/core/contexts.ts';
import { LookAgain } from '../../src/core/machine-error.ts';
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

test('the limit holds for a call that began before the account had one', async () => {
  const set = (MAXSQL: string) => here.call('modifyacct', { user: 'eve', MAXSQL });
  await set('unlimited');
  // The limit is set after the look, just before the transaction that decides.
  const before = here.engine.store;
  here.overrides.store = {
    ...before,
    transaction: async (effect, work) => {
      if (effect === 'changes') {
        delete here.overrides.store;
        await set('3');
      }
      return before.transaction(effect, work);
    },
  };
  const answer = await uapi('Mysql::create_database', { name: 'eve_late' }, 'eve');
  expect(answer).toMatchObject(failed('may have 3 MySQL databases, and has 3'));
  expect((await uapi('Mysql::list_databases', {}, 'eve')).data).toHaveLength(3);

  // The look found no limit, and so did not ask for databases.
  const { store, passwordStrength } = here.engine;
  const planned = store.transaction('reads', async (db) => ({
    value: await createOwnDatabase(
      { db, caller: accountCaller('eve'), passwordStrength },
      { name: 'eve_late', prefixSize: 16 },
      undefined,
    ),
    keep: false,
  }));
  await expect(planned).rejects.toBeInstanceOf(LookAgain);
});

test('without the feature', async () => {
  await here.call('update_featurelist', { featurelist: 'disabled', mysql: '0' });
  expect(await uapi('Mysql::list_databases')).toMatchObject(failed('requires the feature “mysql”'));
});

describe('in an account of its own', () => {
  const ann = (name: string, args: Record<string, string> = {}) => uapi(`Mysql::${name}`, args, 'ann');

  beforeAll(async () => {
    await here.call('update_featurelist', { featurelist: 'disabled', mysql: '1' });
    await here.call('createacct', { username: 'ann', domain: 'ann.example', password });
    await ann('create_database', { name: 'ann_shop' });
    await ann('create_user', { name: 'ann_app', password });
  });

  test('Mysql::get_privileges_on_database and Mysql::revoke_access_to_database', async () => {
    const of = { user: 'ann_app', database: 'ann_shop' };
    expect((await ann('get_privileges_on_database', of)).data).toEqual([]);
    await ann('set_privileges_on_database', { ...of, privileges: 'UPDATE,SELECT' });
    expect((await ann('get_privileges_on_database', of)).data).toEqual(['SELECT', 'UPDATE']);
    expect(await ann('revoke_access_to_database', of)).toMatchObject(done);
    expect((await ann('get_privileges_on_database', of)).data).toEqual([]);
    for (const wrong of [
      { ...of, user: 'eve_app' },
      { ...of, database: 'eve_secret' },
    ]) {
      expect(await ann('get_privileges_on_database', wrong)).toMatchObject(failed('You do not have a'));
      expect(await ann('revoke_access_to_database', wrong)).toMatchObject(failed('You do not have a'));
    }
  });

  test('Mysql::add_host, Mysql::add_host_note, Mysql::get_host_notes and Mysql::delete_host', async () => {
    for (const [given, kept] of [
      ['192.0.2.%', '192.0.2.%'],
      ['Web.Example', 'web.example'],
      ['198.51.100.77/24', '198.51.100.0/255.255.255.0'],
      ['203.0.113.0/255.255.255.0', '203.0.113.0/255.255.255.0'],
      ['2001:DB8::0:1', '2001:db8::1'],
      ['%', '%'],
    ] as const) {
      expect(await ann('add_host', { host: given })).toMatchObject(done);
      expect((await ann('get_host_notes')).data).toEqual({ [kept]: '' });
      expect(await ann('add_host_note', { host: given, note: 'Büro' })).toMatchObject(done);
      expect(await ann('add_host', { host: given })).toMatchObject(done);
      expect((await ann('get_host_notes')).data).toEqual({ [kept]: 'Büro' });
      expect(await ann('delete_host', { host: given })).toMatchObject(done);
      expect(await ann('delete_host', { host: given })).toMatchObject(
        failed('not in the remote access list'),
      );
    }
    for (const host of [
      '1.2.3',
      '1.2.3.4/33',
      '1.2.3.4/255.0.255.0',
      '2001:db8::/32',
      'a b',
      "x'y",
      'a/b/c',
    ]) {
      expect(await ann('add_host', { host })).toMatchObject(
        failed('The parameter “host” should be an IP address'),
      );
    }
    for (const host of ['localhost', '127.0.0.1', '::1']) {
      expect(await ann('add_host', { host })).toMatchObject(failed('always connect from this server'));
    }
    expect(await ann('add_host_note', { host: 'web.example', note: 'x' })).toMatchObject(
      failed('Add it first'),
    );
    expect((await ann('get_host_notes')).data).toEqual({});
  });

  test('MysqlFE::listhosts', async () => {
    await ann('add_host', { host: '192.0.2.%' });
    expect((await here.api2('ann', 'MysqlFE::listhosts')).data).toEqual([
      { host: '192.0.2.%', uri_host: '192.0.2.%25' },
    ]);
    await ann('delete_host', { host: '192.0.2.%' });
    expect((await here.api2('ann', 'MysqlFE::listhosts')).data).toEqual([]);
  });

  test('MysqlFE::listdbs, MysqlFE::listusers, MysqlFE::listusersindb and MysqlFE::userdbprivs', async () => {
    const api2 = async (name: string, args: Record<string, string> = {}) =>
      (await here.api2('ann', `MysqlFE::${name}`, args)).data;
    const of = { user: 'ann_app', database: 'ann_shop' };
    const pair = { db: 'ann_shop', user: 'ann_app' };
    const sizes = { size: '0', sizemeg: '0.00' };
    const none = { db: 'ann_shop', ...sizes, usercount: 0, userlist: [] };
    expect(await api2('listdbs')).toEqual([none]);
    expect(await api2('listdbs', { regex: '^ANN_s' })).toEqual([none]);
    expect(await api2('listdbs', { regex: '' })).toEqual([none]);
    expect(await api2('listdbs', { regex: '^shop' })).toEqual([]);
    expect(await api2('listusers')).toEqual([{ user: 'ann_app', shortuser: 'app', dblist: [] }]);
    expect(await api2('listusersindb', { db: 'ann_shop' })).toEqual([]);
    const [nothing = {}] = await api2('userdbprivs', pair);
    expect(Object.values(nothing)).toEqual(Array.from({ length: 19 }, () => 0));

    await ann('set_privileges_on_database', { ...of, privileges: 'SELECT,LOCK TABLES' });
    expect(await api2('listdbs')).toEqual([{ ...none, usercount: 1, userlist: [pair] }]);
    expect(await api2('listusers')).toEqual([{ user: 'ann_app', shortuser: 'app', dblist: [pair] }]);
    expect(await api2('listusersindb', { db: 'ann_shop' })).toEqual([pair]);
    expect(await api2('userdbprivs', pair)).toEqual([{ ...nothing, SELECT: 1, LOCKTABLES: 1 }]);
    await ann('set_privileges_on_database', { ...of, privileges: 'ALL PRIVILEGES' });
    const [all = {}] = await api2('userdbprivs', { db: 'ann_shop', dbuser: 'ann_app' });
    expect(all).toMatchObject({ ALLPRIVILEGES: 1, CREATETEMPORARYTABLES: 1 });
    expect(Object.values(all)).toEqual(Array.from({ length: 19 }, () => 1));
    await ann('revoke_access_to_database', of);

    const error = async (name: string, args: Record<string, string>) =>
      (await here.api2('ann', `MysqlFE::${name}`, args)).error;
    expect(await error('listusersindb', { db: 'eve_secret' })).toContain('“eve_secret”');
    expect(await error('userdbprivs', { ...pair, db: 'eve_secret' })).toContain('“eve_secret”');
    expect(await error('userdbprivs', { ...pair, user: 'eve_app' })).toContain('“eve_app”');
    expect(await error('listdbs', { regex: '(' })).toContain('regular expression');
  });

  test('Mysql::set_password and Mysql::update_privileges', async () => {
    const set = (user: string, candidate: string) => ann('set_password', { user, password: candidate });
    expect(await set('ann_app', 'another horse battery staple 8')).toMatchObject({ data: { failures: [] } });
    expect(await set('ann_app', 'ann_app')).toMatchObject(failed('too weak'));
    expect(await set('eve_app', 'another horse battery staple 8')).toMatchObject(failed('“eve_app”'));
    expect(await ann('update_privileges')).toMatchObject({ ...done, data: null });
    expect(JSON.stringify(here.audit())).not.toMatch(/horse battery/);
  });

  test('Mysql::setup_db_and_user', async () => {
    const { data } = await ann('setup_db_and_user', { prefix: 'wp' });
    const { database = '', database_user_password: given = '' } = data as Record<string, string>;
    expect(database).toMatch(/^ann_wp_[0-9a-f]{8}$/);
    expect(given).toHaveLength(24);
    expect(data).toMatchObject({ database_user: database, hostname: 'localhost', port: '' });
    const of = { user: database, database };
    expect((await ann('get_privileges_on_database', of)).data).toEqual(['ALL PRIVILEGES']);
    expect(JSON.stringify(here.audit())).not.toContain(given);
    await here.call('modifyacct', { user: 'ann', MAXSQL: '2' });
    expect(await ann('setup_db_and_user')).toMatchObject(failed('may have 2 MySQL databases'));
    expect((await ann('list_users')).data).toHaveLength(2);
  });

  test('Mysql::check_database, Mysql::repair_database, Mysql::dump_database_schema and Mysql::list_routines', async () => {
    expect((await ann('check_database', { name: 'ann_shop' })).data).toEqual([]);
    expect((await ann('repair_database', { name: 'ann_shop' })).data).toEqual([]);
    expect((await ann('dump_database_schema', { dbname: 'ann_shop' })).data).toBe('');
    expect((await ann('list_routines')).data).toEqual([]);
    for (const name of ['eve_secret', 'mysql']) {
      expect(await ann('check_database', { name })).toMatchObject(failed(`“${name}”`));
      expect(await ann('repair_database', { name })).toMatchObject(failed(`“${name}”`));
      expect(await ann('dump_database_schema', { dbname: name })).toMatchObject(failed(`“${name}”`));
    }
    expect(await ann('list_routines', { database_user: 'eve_app' })).toMatchObject(failed('“eve_app”'));
  });

  test('Mysql::get_server_information and Mysql::locate_server', async () => {
    expect((await ann('get_server_information')).data).toEqual({
      ...{ host: 'localhost', is_remote: 0 },
      version: '',
    });
    expect((await ann('locate_server')).data).toEqual({ remote_host: 'localhost', is_remote: 0 });
  });
});
