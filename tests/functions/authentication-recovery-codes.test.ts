import { codeAt } from '../../src/capabilities/two-factor/rules/totp.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
  let made = 0;
  // The codes must differ.
  here.overrides.randomBytes = async (count) =>
    Uint8Array.from({ length: count }, (_, at) => at + (made += 7));
});
afterEach(() => here.remove());

const secret = 'WJ73QJSKZBXCIFPZ';

async function enrol(): Promise<void> {
  await here.call('twofactorauth_set_tfa_config', { secret, tfa_token: codeAt(secret, here.time) });
}

async function make(): Promise<string[]> {
  return (await here.call('twofactorauth_generate_recovery_codes')).data?.recovery_codes as string[];
}

describe('twofactorauth_generate_recovery_codes', () => {
  it('creates ten different codes of four groups', async () => {
    await enrol();
    const codes = await make();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/);
  });

  it('stores none of them as plain text', async () => {
    await enrol();
    const codes = await make();
    const rows = await here.engine.store.transaction('reads', async (db) => ({
      value: await db.all<{ code_hash: Uint8Array }>('SELECT code_hash FROM recovery_code'),
      keep: false,
    }));
    expect(rows).toHaveLength(10);
    for (const { code_hash } of rows) expect(code_hash).toHaveLength(32);
    for (const code of codes) expect(JSON.stringify(here.audit())).not.toContain(code);
  });

  it('replaces the old codes with new ones', async () => {
    await enrol();
    const [old] = [await make(), await make()];
    const count = await here.engine.store.transaction('reads', async (db) => ({
      value: await db.get<{ count: number }>('SELECT count(*) AS count FROM recovery_code'),
      keep: false,
    }));
    expect(count).toEqual({ count: 10 });
    expect(old).toHaveLength(10);
  });

  it('requires two-factor authentication', async () => {
    const { metadata } = await here.call('twofactorauth_generate_recovery_codes');
    expect(metadata).toMatchObject({
      result: 0,
      error_code: 'bad_param',
      reason: 'You have not set up two-factor authentication: call twofactorauth_set_tfa_config first.',
    });
  });

  it('creates codes that are removed together with the second factor', async () => {
    await enrol();
    await make();
    await here.call('twofactorauth_remove_user_config', { user: 'root' });
    const count = await here.engine.store.transaction('reads', async (db) => ({
      value: await db.get<{ count: number }>('SELECT count(*) AS count FROM recovery_code'),
      keep: false,
    }));
    expect(count).toEqual({ count: 0 });
  });

  it('requires the privilege create-acct from a reseller', async () => {
    const as = reseller('bob', 'list-accts');
    const { metadata } = await here.call('twofactorauth_generate_recovery_codes', {}, { as });
    expect(metadata).toMatchObject({ result: 0, error_code: 'denied' });
  });
});
