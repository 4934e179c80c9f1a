// Renaming of MySQL databases and their users, in a sandbox that runs no server.
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
const done = { status: 1, errors: null };
const failed = (reason: string) => ({ status: 0, errors: [expect.stringContaining(reason) as string] });
const names = (oldname: string, newname: string) => ({ oldname, newname });
const databases = async () => (await uapi('list_databases')).data;
const shop = (database: string, user = 'bob_app') => [{ database, disk_usage: 0, users: [user] }];

test('Mysql::rename_database, Mysql::rename_user', async () => {
  expect(await uapi('rename_database', names('bob_shop', 'bob_store'))).toMatchObject(done);
  expect(await databases()).toEqual(shop('bob_store'));
  expect(await uapi('rename_user', names('bob_app', 'bob_site'))).toMatchObject(done);
  expect(await databases()).toEqual(shop('bob_store', 'bob_site'));
  expect(await uapi('rename_user', names('bob_site', 'bob_app'))).toMatchObject(done);
  expect(await uapi('rename_database', names('bob_store', 'bob_shop'))).toMatchObject(done);
});

test.each(['rename_database', 'rename_user'])('Mysql::%s refuses', async (name) => {
  const what = name === 'rename_database' ? 'database' : 'user';
  const own = name === 'rename_database' ? 'bob_shop' : 'bob_app';
  const unknown = failed(`You do not have a ${what} named “bob_none”.`);
  expect(await uapi(name, names('bob_none', 'bob_x'))).toMatchObject(unknown);
  expect(await uapi(name, names(own, 'eve_x'), 'eve')).toMatchObject(
    failed(`You do not have a ${what} named “${own}”.`),
  );
  expect(await uapi(name, names(own, 'eve_x'))).toMatchObject(failed('begins with “bob_”'));
  expect(await uapi(name, names(own, own))).toMatchObject(failed('should be a new name'));
  expect(await uapi(name, names(own, `bob_${'x'.repeat(80)}`))).toMatchObject(failed('is too long'));
  expect(await uapi(name, names(own, 'bob_`x'))).toMatchObject(failed('should consist of letters'));
  await uapi('create_database', { name: 'bob_taken' });
  await uapi('create_user', { name: 'bob_taken', password });
  expect(await uapi(name, names(own, 'bob_taken'))).toMatchObject(
    failed(`MariaDB already has a ${what} named “bob_taken”`),
  );
  await uapi('delete_database', { name: 'bob_taken' });
  await uapi('delete_user', { name: 'bob_taken' });
  expect(await databases()).toEqual(shop('bob_shop'));
});
