// The modules UserManager, Users and Notifications.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Installation } from '../support/installation.ts';
import { watchPasswords } from '../support/watched-passwords.ts';

const password = 'correct horse battery staple 7';
let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password, quota: '1' });
  await here.call('createacct', { username: 'eve', domain: 'eve.example', password });
});
afterEach(() => here.remove());

test('UserManager::list_users and UserManager::lookup_user show the account itself', async () => {
  const { data } = await here.uapi('bob', 'UserManager::list_users');
  const [own] = data as { guid: string }[];
  expect(own).toMatchObject({
    ...{
      username: 'bob',
      domain: 'bob.example',
      full_username: 'bob@bob.example',
      type: 'cpanel',
      special: 1,
    },
    guid: expect.stringMatching(/^BOB:BOB\.EXAMPLE:[0-9A-F]+:[0-9A-F]{64}$/) as string,
  });
  const lookUp = (user: string) => here.uapi(user, 'UserManager::lookup_user', { guid: own?.guid ?? '' });
  expect((await lookUp('bob')).data).toEqual(own);
  expect((await lookUp('eve')).errors?.[0]).toContain('has no user with this ID');
});

test('UserManager::lookup_service_account finds none', async () => {
  const args = { full_username: 'info@bob.example', type: 'email' };
  const { errors } = await here.uapi('bob', 'UserManager::lookup_service_account', args);
  expect(errors?.[0]).toContain('no service account “info@bob.example”');
});

test('UserManager::check_account_conflicts knows the account’s own name', async () => {
  const check = (name: string) =>
    here.uapi('bob', 'UserManager::check_account_conflicts', { full_username: name });
  expect((await check('info@bob.example')).data).toEqual({ conflict: 0 });
  expect((await check('Bob@BOB.example')).data).toMatchObject({ conflict: 1, accounts: { username: 'bob' } });
  for (const domain of ['eve.example', 'nothing.example']) {
    expect((await check(`info@${domain}`)).errors?.[0]).toBe(
      `You do not have an account with the domain “${domain}”.`,
    );
  }
});

describe('UserManager::change_password', () => {
  const newpass = 'four unusual words, Xylophone';
  const change = (args: Record<string, string>) => here.uapi('bob', 'UserManager::change_password', args);
  const works = async (candidate: string) =>
    (await here.engine.machine.users()).verifyPassword('bob', candidate);

  test('checks five wrong passwords in 15 minutes, and other logins of the user are possible', async () => {
    here.overrides.sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds / 10));
    const watched = watchPasswords(here, async (_user, given) => given === password);
    const guesses = Array.from({ length: 20 }, (_, number) =>
      change({ oldpass: `guess ${number}`, newpass }),
    );
    const refused = 'The parameter “oldpass” should be the present password of the account “bob”.';
    const reasons = (await Promise.all(guesses)).map(({ errors }) => errors?.[0]);
    expect(new Set(reasons)).toEqual(new Set([refused]));
    expect(watched.count).toBe(5);
    // Even the right one. Guesses of another user have their own limit.
    expect((await change({ oldpass: password, newpass })).errors?.[0]).toBe(refused);
    const others = { oldpass: 'wrong', newpass };
    await here.uapi('eve', 'UserManager::change_password', others);
    expect(watched.count).toBe(6);
    expect((await here.call('get_cphulk_user_brutes')).data).toEqual({ user_brutes: [] });
    here.time += 16 * 60_000;
    expect((await change({ oldpass: password, newpass })).errors).toBe(null);
  });

  test('needs the present password, and a strong new one', async () => {
    const wrong = await change({ oldpass: 'wrong', newpass });
    expect(wrong.errors?.[0]).toContain('“oldpass” should be the present password of the account “bob”');
    expect((await change({ oldpass: password, newpass: 'bob' })).errors?.[0]).toContain('too weak');
    expect(await works(password)).toBe(true);
    expect(await change({ oldpass: password, newpass })).toMatchObject({ status: 1, data: null });
    expect([await works(password), await works(newpass)]).toEqual([false, true]);
    expect(JSON.stringify(here.audit())).not.toMatch(/Xylophone|correct horse/);
  });
});

test('Notifications::get_notifications_count counts limits that are nearly used', async () => {
  const count = async () => (await here.uapi('bob', 'Notifications::get_notifications_count')).data;
  expect(await count()).toBe(0);
  writeFileSync(join(here.state, 'root/home/bob/large'), 'x'.repeat(900_000));
  // The measurement of the last minute would be the answer.
  here.time += 60_000;
  expect(await count()).toBe(1);
});

test('Users::change_password and Passwd::change_password of API 2 do the same', async () => {
  const [first, second] = ['four unusual words, Xylophone', 'other words, Marimba and Oboe'];
  const verify = async (candidate: string) =>
    (await here.engine.machine.users()).verifyPassword('bob', candidate);
  const change = { oldpass: password, newpass: first, enabledigest: '1' };
  expect(await here.uapi('bob', 'Users::change_password', change)).toMatchObject({ status: 1 });
  expect(await verify(first)).toBe(true);
  expect(
    await here.api2('bob', 'Passwd::change_password', { oldpass: 'wrong', newpass: second }),
  ).toMatchObject({
    data: [{ status: 0, statustxt: expect.stringContaining('oldpass') as string }],
  });
  expect(await verify(first)).toBe(true);
  expect(
    await here.api2('bob', 'Passwd::change_password', { oldpass: first, newpass: second }),
  ).toMatchObject({
    data: [{ status: 1, applist: [{ app: 'system' }] }],
  });
  expect(await verify(second)).toBe(true);
});
