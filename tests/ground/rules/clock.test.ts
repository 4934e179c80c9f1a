// The server’s clock was wrong for a while. What was stored then must not stay in effect until that time is reached.
import type { ApiError } from '../../../src/core/errors.ts';
import * as loginTokens from '../../../src/capabilities/logins/rules/tokens.ts';
import * as sessions from '../../../src/capabilities/logins/rules/sessions.ts';
import * as tfaCodes from '../../../src/capabilities/two-factor/rules/codes.ts';
import { codeAt } from '../../../src/capabilities/two-factor/rules/totp.ts';
import { addAccounts, anAccount } from '../../support/accounts.ts';
import { Logins } from '../../support/brute-force.ts';
import { Installation } from '../../support/installation.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const YEAR = 365 * DAY;
const secret = 'WJ73QJSKZBXCIFPZ';
const REPLAYED = 'tfa_replayed';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await addAccounts(here, anAccount());
  await enrol();
});
afterEach(() => here.remove());

const enrol = () =>
  here.call('twofactorauth_set_tfa_config_for_user', { bob: { primary_account: { secret } } });
const remove = () => here.call('twofactorauth_remove_user_config', { user: 'bob' });
const transaction = <T>(work: (context: Parameters<typeof sessions.open>[0]) => Promise<T>) => {
  const { now, randomBytes, sha256, store } = here.engine;
  return store.transaction('changes', async (db) => ({
    value: await work({ db, now, randomBytes, sha256 }),
    keep: true,
  }));
};

/** Verifies a code as a login does: `accepted`, or the code of the error. */
function verify(code = codeAt(secret, here.time)): Promise<string> {
  const { engine } = here;
  return engine.store.transaction('changes', async (db) => {
    try {
      await tfaCodes.verify({ db, sealer: engine.sealer, now: engine.now }, 'bob', code);
      return { value: 'accepted', keep: true };
    } catch (error) {
      const { code: errorCode, keepsChanges } = error as ApiError;
      return { value: errorCode, keep: keepsChanges };
    }
  });
}
async function during(jump: number, work: () => Promise<unknown>): Promise<void> {
  here.time += jump;
  await work();
  here.time -= jump;
}
async function lockOut(): Promise<void> {
  for (let attempt = 1; attempt <= 5; attempt++) await verify('000000');
  expect(await verify()).toBe('tfa_locked');
}

describe.each([
  ['a day', DAY],
  ['a year', YEAR],
])('a clock that was %s ahead', (_name, jump) => {
  it('leaves a lock of only five minutes after wrong codes', async () => {
    await during(jump, lockOut);
    expect(await verify()).toBe('tfa_locked');
    here.time += 5 * MINUTE - 1;
    expect(await verify()).toBe('tfa_locked');
    here.time += 1;
    expect(await verify()).toBe('accepted');
  });

  it('makes codes unusable for no longer than their tolerance', async () => {
    await during(jump, async () => {
      expect(await verify()).toBe('accepted');
    });
    expect(await verify()).toBe(REPLAYED);
    here.time += MINUTE;
    expect(await verify()).toBe('accepted');
    expect(await verify()).toBe(REPLAYED);
  });

  it('leaves no wrong codes that are counted', async () => {
    await during(jump, async () => {
      for (let attempt = 1; attempt <= 4; attempt++) await verify('000000');
    });
    expect(await verify('000000')).toBe('tfa_invalid');
    expect(await verify('000000')).toBe('tfa_invalid');
    expect(await verify()).toBe('accepted');
  });

  it.each([
    ['twofactorauth_remove_user_config', remove],
    ['twofactorauth_set_tfa_config_for_user', enrol],
  ])('leaves nothing after %s, which reports it', async (_command, reset) => {
    await during(jump, async () => {
      expect(await verify()).toBe('accepted');
      await lockOut();
    });
    expect((await reset()).metadata.output?.messages).toEqual([
      'The lock of “bob” after wrong security codes has ended.',
      'A security code of “bob” was used while the clock of this server was ahead. It no longer blocks earlier codes.',
    ]);
    await enrol();
    expect(await verify()).toBe('accepted');
  });

  it('leaves no blocks after failed logins', async () => {
    const logins = new Logins(here);
    await here.call('set_cphulk_config_key', { key: 'username_based_protection', value: '1' });
    await here.call('set_cphulk_config_key', { key: 'username_based_protection_local_origin', value: '0' });
    await during(jump, async () => {
      await logins.failTimes(40, 'bob', '198.51.100.7');
      expect(await logins.state('bob', '198.51.100.7')).not.toBe('free');
      expect(await logins.state('bob', '198.51.100.8')).not.toBe('free');
    });
    expect(await logins.state('bob', '198.51.100.7')).toBe('free');
    expect(await logins.state('bob', '198.51.100.8')).toBe('free');
    expect((await here.call('get_cphulk_brutes')).data).toEqual({ brutes: [] });
    // The failures of that time are not counted together with one of now either.
    await logins.failTimes(1, 'carol', '198.51.100.7');
    expect(await logins.state('carol', '198.51.100.7')).toBe('free');
  });

  it('leaves no sessions and login links', async () => {
    let session: sessions.Opened | undefined;
    let link = new Uint8Array();
    await during(jump, async () => {
      await transaction(async (context) => {
        session = await sessions.open(context, 'bob', {
          service: 'whostmgrd',
          address: '192.0.2.1',
          authentication: 'password',
        });
        const made = await loginTokens.make(context, {
          ...{ user: 'bob', service: 'whostmgrd', app: '', lifetimeMs: loginTokens.LINK_MS },
        });
        link = Uint8Array.from(await context.sha256(made.text));
      });
    });
    const { id = '', securityToken = '' } = session ?? {};
    expect(
      await transaction((context) => sessions.find(context, { service: 'whostmgrd', id, securityToken })),
    ).toBeUndefined();
    expect(await transaction((context) => loginTokens.redeem(context, link))).toBeUndefined();
  });
});

describe('while the clock is right', () => {
  it('a used code stays used after its secret was removed and set again', async () => {
    expect(await verify()).toBe('accepted');
    expect((await remove()).metadata.output?.messages).toBeUndefined();
    await enrol();
    expect(await verify()).toBe(REPLAYED);
  });

  it('a session is kept if the clock is adjusted by some seconds', async () => {
    const { id, securityToken } = await transaction((context) =>
      sessions.open(context, 'bob', {
        service: 'whostmgrd',
        address: '192.0.2.1',
        authentication: 'password',
      }),
    );
    here.time -= 20_000;
    expect(
      await transaction((context) => sessions.find(context, { service: 'whostmgrd', id, securityToken })),
    ).toBeDefined();
  });

  it('removal ends the lock after wrong codes', async () => {
    await lockOut();
    expect((await remove()).metadata.output?.messages).toEqual([
      'The lock of “bob” after wrong security codes has ended.',
    ]);
    await enrol();
    expect(await verify()).toBe('accepted');
  });
});
