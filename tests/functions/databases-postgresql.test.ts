// WHM’s functions for PostgreSQL, in a sandbox that runs no server. tests/slow/postgresql.test.ts has a server.
import { Installation } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
let here: Installation;
beforeAll(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve', 'seller']) {
    await here.call('createacct', { username, domain: `${username}.example`, password });
  }
  await here.call('setupreseller', { user: 'seller' });
  await here.call('setacls', { reseller: 'seller', 'acl-edit-account': '1', 'acl-passwd': '1' });
  await here.call('createacct', { username: 'carol', domain: 'carol.example', password, owner: 'seller' });
  for (const user of ['bob', 'carol']) {
    await here.uapi(user, 'Postgresql::create_database', { name: `${user}_shop` });
    await here.uapi(user, 'Postgresql::create_user', { name: `${user}_app`, password });
  }
});
afterAll(() => here.remove());

type Arguments = Readonly<Record<string, string>>;
const seller = { user: 'seller', privileges: new Set(['edit-account', 'passwd']) };

async function reasonOf(name: string, args: Arguments, caller?: typeof seller): Promise<string> {
  return (await here.call(name, args, ...(caller === undefined ? [] : [{ as: caller }]))).metadata.reason;
}

describe('rename_postgresql_database', () => {
  it('renames a database of any account', async () => {
    expect(await reasonOf('rename_postgresql_database', { oldname: 'bob_shop', newname: 'bob_a' })).toBe(
      'OK',
    );
    const again = { oldname: 'bob_a', newname: 'bob_shop', cpuser: 'bob' };
    expect(await reasonOf('rename_postgresql_database', again)).toBe('OK');
    expect((await here.uapi('bob', 'Postgresql::list_databases')).data).toMatchObject([
      { database: 'bob_shop' },
    ]);
  });

  it('says what is wrong', async () => {
    const wrong: readonly [Arguments, string][] = [
      [{ oldname: 'bob_none', newname: 'bob_x' }, 'You do not have a database named “bob_none”.'],
      [{ oldname: 'nobody_x', newname: 'bob_x' }, 'You do not have a database named “nobody_x”.'],
      [{ oldname: 'bob_shop', newname: 'eve_x' }, 'begins with “bob_”'],
      [
        { oldname: 'bob_shop', newname: 'bob_x', cpuser: 'eve' },
        'You do not have a database named “bob_shop”.',
      ],
      [{ oldname: 'bob_shop', newname: 'bob_x', cpuser: 'nobody' }, 'You do not have a user named “nobody”.'],
    ];
    for (const [args, reason] of wrong) {
      expect(await reasonOf('rename_postgresql_database', args)).toContain(reason);
    }
  });

  it('a reseller renames those of its own accounts only', async () => {
    const own = { oldname: 'carol_shop', newname: 'carol_store' };
    expect(await reasonOf('rename_postgresql_database', own, seller)).toBe('OK');
    const others = { oldname: 'bob_shop', newname: 'bob_x' };
    expect(await reasonOf('rename_postgresql_database', others, seller)).toContain(
      'You do not have a database',
    );
    expect(await reasonOf('rename_postgresql_database', { ...others, cpuser: 'bob' }, seller)).toContain(
      'You do not have access to an account named “bob”.',
    );
  });
});

describe('rename_postgresql_user', () => {
  it('renames a user, who gets a new password', async () => {
    const args = { oldname: 'bob_app', newname: 'bob_web', password };
    expect(await reasonOf('rename_postgresql_user', args)).toBe('OK');
    expect((await here.uapi('bob', 'Postgresql::list_users')).data).toEqual(['bob_web']);
    expect(await reasonOf('rename_postgresql_user', args)).toContain(
      'You do not have a user named “bob_app”.',
    );
    expect(
      await reasonOf('rename_postgresql_user', {
        ...args,
        oldname: 'bob_web',
        newname: 'bob_x',
        password: 'x',
      }),
    ).toContain('too weak');
    expect(await reasonOf('rename_postgresql_user', { ...args, oldname: 'bob_web' }, seller)).toContain(
      'You do not have a user',
    );
  });
});

describe('set_postgresql_password', () => {
  it('sets the password of a user', async () => {
    expect(await reasonOf('set_postgresql_password', { user: 'bob_web', password })).toBe('OK');
    expect(await reasonOf('set_postgresql_password', { user: 'carol_app', password }, seller)).toBe('OK');
    expect(await reasonOf('set_postgresql_password', { user: 'bob_web', password }, seller)).toContain(
      'You do not have a user named “bob_web”.',
    );
    expect(await reasonOf('set_postgresql_password', { user: 'bob_web', password: 'weak' })).toContain(
      'too weak',
    );
  });
});
