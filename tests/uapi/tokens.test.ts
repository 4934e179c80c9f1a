// The module Tokens. What tokens do at the door: tests/http/account-door.test.ts.
import { Installation } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
let here: Installation;

beforeAll(async () => {
  here = new Installation();
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password });
  await here.call('createacct', { username: 'eve', domain: 'eve.example', password });
  here.overrides.randomBytes = async (count) => Uint8Array.from({ length: count }, () => Math.random() * 256);
});
afterAll(() => here.remove());

const names = async (user: string) =>
  ((await here.uapi(user, 'Tokens::list')).data as { name: string }[]).map(({ name }) => name);

test('Tokens::create_full_access and Tokens::list', async () => {
  const seconds = Math.floor(here.time / 1000);
  const { data } = await here.uapi('bob', 'Tokens::create_full_access', { name: 'deploy' });
  expect(data).toEqual({ create_time: seconds, token: expect.stringMatching(/^[A-Z0-9]{32}$/) as string });
  const more = { name: 'reader', readonly: '1', expires_at: String(seconds + 60) };
  await here.uapi('bob', 'Tokens::create_full_access', more);
  const common = { create_time: seconds, features: [], has_full_access: 1 };
  expect((await here.uapi('bob', 'Tokens::list')).data).toEqual([
    { ...common, name: 'deploy', expires_at: null, readonly: 0 },
    { ...common, name: 'reader', expires_at: seconds + 60, readonly: 1 },
  ]);
  expect(await names('eve')).toEqual([]);
});

test.each([
  [{ name: 'deploy' }, /already have an API token “deploy”/],
  [{ name: '../x' }, /“name” should be the name of a token/],
  [{ name: 'late', expires_at: '1' }, /“expires_at” should be a time in the future/],
])('Tokens::create_full_access refuses %j', async (args, reason) => {
  const { status, errors } = await here.uapi('bob', 'Tokens::create_full_access', args);
  expect([status, errors]).toEqual([0, [expect.stringMatching(reason)]]);
});

test('Tokens::rename', async () => {
  const rename = (user: string, name: string, to: string) =>
    here.uapi(user, 'Tokens::rename', { name, new_name: to });
  expect(await rename('bob', 'deploy', 'shop')).toMatchObject({ status: 1, data: null });
  expect(await names('bob')).toEqual(['reader', 'shop']);
  expect((await rename('bob', 'shop', 'reader')).errors?.[0]).toMatch(/already have/);
  expect((await rename('eve', 'shop', 'mine')).errors?.[0]).toBe(
    'You have no API token “shop”. Run Tokens::list to list your tokens.',
  );
});

test('Tokens::revoke', async () => {
  expect((await here.uapi('eve', 'Tokens::revoke', { name: 'shop' })).data).toBe(0);
  expect((await here.uapi('bob', 'Tokens::revoke', { name: 'shop' })).data).toBe(1);
  expect(await names('bob')).toEqual(['reader']);
});
