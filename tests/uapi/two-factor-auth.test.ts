// The module TwoFactorAuth. The logins: tests/http/account-door.test.ts.
import { randomBytes } from 'node:crypto';
import { codeAt } from '../../src/capabilities/two-factor/rules/totp.ts';
import { Installation } from '../support/installation.ts';

const SECRET = 'WJ73QJSKZBXCIFPZ';
let here: Installation;

beforeAll(async () => {
  here = new Installation();
  // The codes must differ.
  here.overrides.randomBytes = async (count) => randomBytes(count);
  const password = 'correct horse battery staple 7';
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password });
  await here.call('createacct', { username: 'eve', domain: 'eve.example', password });
});
afterAll(() => here.remove());

const isEnabled = async (user: string) =>
  ((await here.uapi(user, 'TwoFactorAuth::get_user_configuration')).data as { is_enabled: number })
    .is_enabled;

test('TwoFactorAuth::generate_user_configuration stores nothing', async () => {
  const { data } = await here.uapi('bob', 'TwoFactorAuth::generate_user_configuration');
  const { secret, otpauth_str: uri } = data as { secret: string; otpauth_str: string };
  expect(secret).toMatch(/^[A-Z2-7]{16}$/);
  expect(uri).toBe(`otpauth://totp/server.example.com:bob?secret=${secret}&issuer=server.example.com`);
  expect(await isEnabled('bob')).toBe(0);
});

test('TwoFactorAuth::set_user_configuration and get_user_configuration', async () => {
  const set = (tfa_token: string, secret = SECRET) =>
    here.uapi('bob', 'TwoFactorAuth::set_user_configuration', { secret, tfa_token });
  const right = codeAt(SECRET, here.time);
  const wrong = right === '000000' ? '000001' : '000000';
  expect((await set(wrong)).errors?.[0]).toMatch(/security code is invalid/);
  expect((await set(right, '1')).errors?.[0]).toMatch(/“secret” should be Base32/);
  expect(await isEnabled('bob')).toBe(0);
  expect(await set(right)).toMatchObject({
    data: { tfa_configured: 1 },
    warnings: ['Logins require codes only once the administrator of the server enables the policy.'],
  });
  expect((await here.uapi('bob', 'TwoFactorAuth::get_user_configuration')).data).toEqual({
    is_enabled: 1,
    issuer: 'server.example.com',
  });
  expect(await isEnabled('eve')).toBe(0);
});

test('TwoFactorAuth::remove_user_configuration', async () => {
  expect((await here.uapi('eve', 'TwoFactorAuth::remove_user_configuration')).data).toEqual({
    tfa_removed: 0,
  });
  expect(await isEnabled('bob')).toBe(1);
  expect((await here.uapi('bob', 'TwoFactorAuth::remove_user_configuration')).data).toEqual({
    tfa_removed: 1,
  });
  expect(await isEnabled('bob')).toBe(0);
});

test('TwoFactorAuth::generate_recovery_codes', async () => {
  const generate = async (user: string) => here.uapi(user, 'TwoFactorAuth::generate_recovery_codes');
  expect((await generate('eve')).errors?.[0]).toMatch(/have not set up two-factor authentication/);
  here.time += 60_000;
  const tfa_token = codeAt(SECRET, here.time);
  await here.uapi('eve', 'TwoFactorAuth::set_user_configuration', { secret: SECRET, tfa_token });
  const { data } = await generate('eve');
  const { recovery_codes: codes } = data as { recovery_codes: string[] };
  expect(codes).toHaveLength(10);
  expect(codes[0]).toMatch(/^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/);
});
