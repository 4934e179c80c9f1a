// Postgresql::*: databases of PostgreSQL in a sandbox that runs no server. tests/slow/postgresql.test.ts has a server.
import { Installation } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
let here: Installation;

beforeAll(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve']) {
    await here.call('createacct', { username, domain: `${username}.example`, password, maxsql: '2' });
  }
});
afterAll(() => here.remove());

type Arguments = Readonly<Record<string, string>>;

async function succeed(name: string, args: Arguments = {}, user = 'bob') {
  const { errors, data } = await here.uapi(user, name, args);
  expect([name, errors]).toEqual([name, null]);
  return data;
}
async function failure(name: string, args: Arguments = {}, user = 'bob'): Promise<string> {
  const { status, errors } = await here.uapi(user, name, args);
  expect([name, status]).toEqual([name, 0]);
  return String(errors?.[0]);
}

// They build on each other.
describe('Postgresql::*', () => {
  it('get_restrictions shows the rules for names', async () => {
    expect(await succeed('Postgresql::get_restrictions')).toEqual({
      prefix: 'bob_',
      max_database_name_length: 57,
      max_username_length: 63,
    });
  });

  it('create_database creates a database, within the rules and the limit', async () => {
    expect(await succeed('Postgresql::create_database', { name: 'bob_shop' })).toBeNull();
    const wrong: readonly [string, string][] = [
      ['bob_shop', 'There is already a PostgreSQL database named “bob_shop”.'],
      ['shop', 'begins with “bob_”'],
      ['eve_shop', 'begins with “bob_”'],
      ['bob_', 'begins with “bob_”'],
      ['bob_Shop', 'should consist of lower-case letters, digits and “_”, not “bob_Shop”'],
      ['bob_a"b', 'should consist of lower-case letters'],
      [`bob_${'x'.repeat(54)}`, 'it has 58 of at most 57 characters'],
    ];
    for (const [name, reason] of wrong)
      expect(await failure('Postgresql::create_database', { name })).toContain(reason);
    await succeed('Postgresql::create_database', { name: `bob_${'x'.repeat(53)}` });
    expect(await failure('Postgresql::create_database', { name: 'bob_third' })).toContain(
      'may have 2 PostgreSQL databases',
    );
    await succeed('Postgresql::delete_database', { name: `bob_${'x'.repeat(53)}` });
  });

  it('create_user creates a user, whose password must be strong', async () => {
    expect(await succeed('Postgresql::create_user', { name: 'bob_app', password })).toBeNull();
    expect(await failure('Postgresql::create_user', { name: 'bob_app', password })).toContain(
      'There is already a PostgreSQL database user named “bob_app”.',
    );
    expect(await failure('Postgresql::create_user', { name: 'bob_weak', password: 'bob' })).toContain(
      'too weak',
    );
    expect(await failure('Postgresql::create_user', { name: 'app', password })).toContain(
      'begins with “bob_”',
    );
    expect(await succeed('Postgresql::list_users')).toEqual(['bob_app']);
  });

  it('grant_all_privileges and revoke_all_privileges change who uses a database', async () => {
    const args = { database: 'bob_shop', user: 'bob_app' };
    expect(await succeed('Postgresql::grant_all_privileges', args)).toBeNull();
    expect(await succeed('Postgresql::list_databases')).toEqual([
      { database: 'bob_shop', disk_usage: 0, users: ['bob_app'] },
    ]);
    expect(await succeed('Postgresql::update_privileges')).toBeNull();
    expect(await succeed('Postgresql::revoke_all_privileges', args)).toBeNull();
    expect(await succeed('Postgresql::list_databases')).toEqual([
      { database: 'bob_shop', disk_usage: 0, users: [] },
    ]);
    await succeed('Postgresql::grant_all_privileges', args);
    expect(await failure('Postgresql::grant_all_privileges', { ...args, user: 'bob_none' })).toContain(
      'You do not have a user named “bob_none”.',
    );
    expect(await failure('Postgresql::revoke_all_privileges', { ...args, database: 'bob_none' })).toContain(
      'You do not have a database named “bob_none”.',
    );
  });

  it('rename_database, rename_user and rename_user_no_password keep who uses a database', async () => {
    expect(
      await succeed('Postgresql::rename_database', { oldname: 'bob_shop', newname: 'bob_store' }),
    ).toBeNull();
    expect(
      await succeed('Postgresql::rename_user', { oldname: 'bob_app', newname: 'bob_web', password }),
    ).toBeNull();
    expect(
      await succeed('Postgresql::rename_user_no_password', { oldname: 'bob_web', newname: 'bob_site' }),
    ).toBeNull();
    expect(await succeed('Postgresql::list_databases')).toEqual([
      { database: 'bob_store', disk_usage: 0, users: ['bob_site'] },
    ]);
    await succeed('Postgresql::create_database', { name: 'bob_other' });
    await succeed('Postgresql::create_user', { name: 'bob_other', password });
    const wrong: readonly [string, Arguments, string][] = [
      [
        'Postgresql::rename_database',
        { oldname: 'bob_shop', newname: 'bob_x' },
        'You do not have a database named',
      ],
      [
        'Postgresql::rename_database',
        { oldname: 'bob_store', newname: 'bob_other' },
        'There is already a PostgreSQL database',
      ],
      [
        'Postgresql::rename_database',
        { oldname: 'bob_store', newname: 'bob_store' },
        'The new name is the present name',
      ],
      ['Postgresql::rename_database', { oldname: 'bob_store', newname: 'eve_store' }, 'begins with “bob_”'],
      [
        'Postgresql::rename_user_no_password',
        { oldname: 'bob_site', newname: 'bob_other' },
        'There is already',
      ],
      [
        'Postgresql::rename_user_no_password',
        { oldname: 'bob_app', newname: 'bob_x' },
        'You do not have a user named',
      ],
      ['Postgresql::rename_user', { oldname: 'bob_site', newname: 'bob_x', password: 'x' }, 'too weak'],
    ];
    for (const [name, args, reason] of wrong) expect(await failure(name, args)).toContain(reason);
  });

  it('set_password sets a password', async () => {
    expect(await succeed('Postgresql::set_password', { user: 'bob_site', password })).toBeNull();
    expect(await failure('Postgresql::set_password', { user: 'bob_none', password })).toContain(
      'You do not have a user',
    );
    expect(await failure('Postgresql::set_password', { user: 'bob_site', password: 'weak' })).toContain(
      'too weak',
    );
  });

  it('shows nothing to another account, and answers as for unknown names', async () => {
    expect([
      await succeed('Postgresql::list_databases', {}, 'eve'),
      await succeed('Postgresql::list_users', {}, 'eve'),
    ]).toEqual([[], []]);
    await succeed('Postgresql::create_user', { name: 'eve_app', password }, 'eve');
    const database = 'You do not have a database named “bob_store”.';
    const user = 'You do not have a user named “bob_site”.';
    const calls: readonly [string, Arguments, string][] = [
      ['Postgresql::delete_database', { name: 'bob_store' }, database],
      ['Postgresql::rename_database', { oldname: 'bob_store', newname: 'eve_store' }, database],
      ['Postgresql::grant_all_privileges', { database: 'bob_store', user: 'eve_app' }, database],
      ['Postgresql::revoke_all_privileges', { database: 'bob_store', user: 'bob_site' }, database],
      ['Postgresql::delete_user', { name: 'bob_site' }, user],
      ['Postgresql::rename_user', { oldname: 'bob_site', newname: 'eve_x', password }, user],
      ['Postgresql::rename_user_no_password', { oldname: 'bob_site', newname: 'eve_x' }, user],
      ['Postgresql::set_password', { user: 'bob_site', password }, user],
    ];
    for (const [name, args, reason] of calls) expect(await failure(name, args, 'eve')).toContain(reason);
    expect(await succeed('Postgresql::update_privileges', {}, 'eve')).toBeNull();
  });

  it('shows names without the prefix once they may have none', async () => {
    await here.call('set_tweaksetting', { key: 'database_prefix', value: '0' });
    expect(await succeed('Postgresql::get_restrictions')).toMatchObject({ prefix: null });
    expect(await failure('Postgresql::create_database', { name: 'eve_shop' })).toContain('another account');
    expect(await failure('Postgresql::create_database', { name: 'postgres' })).toContain('reserved');
    expect(await failure('Postgresql::create_user', { name: 'root', password })).toContain('reserved');
    await succeed('Postgresql::create_user', { name: 'plain', password });
    expect(await succeed('Postgresql::list_users')).toEqual(['bob_other', 'bob_site', 'plain']);
    expect(await failure('Postgresql::delete_user', { name: 'plain' }, 'eve')).toContain(
      'You do not have a user named “plain”.',
    );
    await succeed('Postgresql::delete_user', { name: 'plain' });
    await here.call('set_tweaksetting', { key: 'database_prefix', value: '1' });
  });

  it('delete_database and delete_user remove them', async () => {
    expect(await succeed('Postgresql::delete_user', { name: 'bob_site' })).toBeNull();
    expect(await succeed('Postgresql::list_databases')).toEqual([
      { database: 'bob_other', disk_usage: 0, users: [] },
      { database: 'bob_store', disk_usage: 0, users: [] },
    ]);
    for (const name of ['bob_other', 'bob_store']) await succeed('Postgresql::delete_database', { name });
    await succeed('Postgresql::delete_user', { name: 'bob_other' });
    expect([await succeed('Postgresql::list_databases'), await succeed('Postgresql::list_users')]).toEqual([
      [],
      [],
    ]);
    expect(await failure('Postgresql::delete_user', { name: 'bob_site' })).toContain(
      'You do not have a user',
    );
  });
});
