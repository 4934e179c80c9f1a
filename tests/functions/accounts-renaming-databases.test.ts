// modifyacct rename_database_objects=1, in a sandbox that runs no server. tests/slow/mysql-accounts.test.ts has one.
import { Installation } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
let here: Installation;

beforeEach(async () => {
  here = new Installation();
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password });
  for (const [name, args] of [
    ['Mysql::create_database', { name: 'bob_shop' }],
    ['Mysql::create_user', { name: 'bob_app', password }],
    [
      'Mysql::set_privileges_on_database',
      { user: 'bob_app', database: 'bob_shop', privileges: 'ALL PRIVILEGES' },
    ],
    ['Postgresql::create_database', { name: 'bob_store' }],
    ['Postgresql::create_user', { name: 'bob_pg', password }],
    ['Postgresql::grant_all_privileges', { user: 'bob_pg', database: 'bob_store' }],
  ] as const)
    expect(await here.uapi('bob', name, args)).toMatchObject({ status: 1 });
});
afterEach(() => here.remove());

const modify = (args: Record<string, string>, options = {}) =>
  here.call('modifyacct', { user: 'bob', rename_database_objects: '1', ...args }, options);
const databases = async (user: string) => ({
  mysql: (await here.uapi(user, 'Mysql::list_databases')).data,
  postgresql: (await here.uapi(user, 'Postgresql::list_databases')).data,
});
const of = (prefix: string) => ({
  mysql: [{ database: `${prefix}_shop`, disk_usage: 0, users: [`${prefix}_app`] }],
  postgresql: [{ database: `${prefix}_store`, disk_usage: 0, users: [`${prefix}_pg`] }],
});

test('databases and users get the new prefix, and others keep their names', async () => {
  const { metadata, data } = await modify({ newuser: 'robert' });
  expect(metadata).toMatchObject({ result: 1 });
  expect(data).toMatchObject({ user: 'robert' });
  expect(await databases('robert')).toEqual(of('robert'));
  // If an account is renamed again, only those with its prefix are renamed.
  await here.call('modifyacct', { user: 'robert', newuser: 'rob' });
  await here.uapi('rob', 'Mysql::create_database', { name: 'rob_new' });
  await here.call('modifyacct', { user: 'rob', newuser: 'bob', rename_database_objects: '1' });
  const { mysql, postgresql } = of('robert');
  const created = { database: 'bob_new', disk_usage: 0, users: [] };
  expect(await databases('bob')).toEqual({ mysql: [created, ...mysql], postgresql });
});

test('by default, all keep their names', async () => {
  await here.call('modifyacct', { user: 'bob', newuser: 'robert' });
  expect(await databases('robert')).toEqual(of('bob'));
});

test('an account that keeps its name', async () => {
  for (const args of [{}, { newuser: 'bob' }] as const) {
    const { metadata } = await modify({ ...args, contactemail: 'bob@mail.example' });
    expect(metadata).toMatchObject({ result: 1 });
    expect(JSON.stringify(metadata)).toContain('The databases keep their names');
  }
  expect(await databases('bob')).toEqual(of('bob'));
});

test('a server without prefixes', async () => {
  await here.call('set_tweaksetting', { module: 'Main', key: 'database_prefix', value: '0' });
  const { metadata } = await modify({ newuser: 'robert' });
  expect(JSON.stringify(metadata)).toContain('databases need no prefix on this server');
  expect(await databases('robert')).toEqual(of('bob'));
});

test('a name that is taken or too long changes nothing', async () => {
  await here.call('set_tweaksetting', { module: 'Main', key: 'database_prefix', value: '0' });
  await here.call('createacct', { username: 'eve', domain: 'eve.example', password });
  for (const [name, args] of [
    ['Mysql::create_database', { name: 'robert_shop' }],
    ['Postgresql::create_user', { name: 'roberta_pg', password }],
  ] as const)
    expect(await here.uapi('eve', name, args)).toMatchObject({ status: 1 });
  await here.call('set_tweaksetting', { module: 'Main', key: 'database_prefix', value: '1' });
  const long = `bob_${'x'.repeat(50)}`;
  expect(await here.uapi('bob', 'Mysql::create_database', { name: long })).toMatchObject({ status: 1 });
  for (const [newuser, reason] of [
    ['robert', 'The database “bob_shop” cannot become “robert_shop”: MariaDB already has a database'],
    ['roberta', 'The user “bob_pg” cannot become “roberta_pg”: PostgreSQL already has a user of this name.'],
    ['bobbobbobbobbob', `The name “bobbobbobbobbob_${'x'.repeat(50)}” is too long`],
  ] as const) {
    const { metadata } = await modify({ newuser });
    expect(metadata).toMatchObject({
      result: 0,
      error_code: 'bad_param',
      reason: expect.stringContaining(reason) as string,
    });
  }
  expect((await databases('bob')).postgresql).toEqual(of('bob').postgresql);
});

test('a dry run names each of them', async () => {
  const text = JSON.stringify(await modify({ newuser: 'robert' }, { dryRun: true }));
  for (const step of [
    'Rename the MariaDB database “bob_shop” to “robert_shop”.',
    'Rename the MariaDB user “bob_app” to “robert_app”.',
    'Rename the PostgreSQL database “bob_store” to “robert_store”',
    'Rename the PostgreSQL user “bob_pg” to “robert_pg”.',
  ])
    expect(text).toContain(step);
  expect(await databases('bob')).toEqual(of('bob'));
});
