// Functions of WHM for MySQL databases, in a sandbox that runs no server.
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
