// The rules for a login: `verify`. The test of the function checks what `set` shows.
import type { ApiError } from '../../../../src/core/errors.ts';
import * as tfa from '../../../../src/capabilities/two-factor/rules/tfa.ts';
import * as tfaCodes from '../../../../src/capabilities/two-factor/rules/codes.ts';
import { Installation } from '../../../support/installation.ts';

// oathtool --totp -b WJ73QJSKZBXCIFPZ, at 12:00:10, 12:00:40 and 12:04:10.
const SECRET = 'WJ73QJSKZBXCIFPZ';
const CODE = { now: '605029', after: '503751', fourMinutesAhead: '400782' };

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

/** Verifies a code like a login: in a transaction that is committed if the failure says so. */
async function verify(user: string, code: string): Promise<string> {
  const { engine } = here;
  return engine.store.transaction('changes', async (db) => {
    try {
      await tfaCodes.verify({ db, sealer: engine.sealer, now: engine.now }, user, code);
      return { value: 'accepted', keep: true };
    } catch (error) {
      const { code: errorCode, keepsChanges, message } = error as ApiError;
      return { value: `${errorCode}: ${message}`, keep: keepsChanges };
    }
  });
}

beforeEach(async () => {
  const { engine } = here;
  await engine.store.transaction('changes', async (db) => {
    const context = { db, sealer: engine.sealer, now: engine.now };
    await tfa.putSecret(context, 'bob', { kind: 'primary_account', name: '', secret: SECRET });
    await tfa.putSecret(context, 'bob', { kind: 'email', name: 'info@bob.example', secret: 'A'.repeat(32) });
    return { value: undefined, keep: true };
  });
});

it('accepts a code once', async () => {
  expect(await verify('bob', CODE.now)).toBe('accepted');
  expect(await verify('bob', CODE.now)).toBe(
    'tfa_replayed: The security code is invalid. It was used before: wait for your app to show the next one.',
  );
});

it('accepts the next code after one was accepted', async () => {
  await verify('bob', CODE.now);
  expect(await verify('bob', CODE.after)).toBe('accepted');
});

it('does not tell a stranger about wrong clocks', async () => {
  expect(await verify('bob', CODE.fourMinutesAhead)).toBe('tfa_invalid: The security code is invalid.');
});

it('recognises a user who is not enrolled', async () => {
  expect(await verify('eve', CODE.now)).toBe('not_found: “eve” has not set up two-factor authentication.');
});

it('shares the used step with twofactorauth_set_tfa_config', async () => {
  await here.call('twofactorauth_set_tfa_config', { secret: SECRET, tfa_token: CODE.now });
  expect(await verify('root', CODE.now)).toMatch(/^tfa_replayed/);
});

it('shares the lock with twofactorauth_set_tfa_config', async () => {
  await here.call('twofactorauth_set_tfa_config', { secret: SECRET, tfa_token: CODE.now });
  for (let attempt = 1; attempt <= 5; attempt++) await verify('root', '000000');
  const answer = await here.call('twofactorauth_set_tfa_config', { secret: SECRET, tfa_token: CODE.after });
  expect(answer.metadata.error_code).toBe('tfa_locked');
});
