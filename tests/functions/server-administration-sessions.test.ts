import type { Caller } from '../../src/core/context.ts';
import type { Json } from '../../src/core/values.ts';
import * as loginTokens from '../../src/capabilities/logins/rules/tokens.ts';
import { addAccounts, anAccount, callerNamed } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';

// The installation’s fixed randomness.
const RANDOM = 'LwV6fEpOzY9iHsR2bAlKvU5eDoNyX8hGrQ1a-kJuT4dCnMxW7gFqP0Z_jItS3cBm';
const IN_FIFTEEN_MINUTES = Date.parse('2026-03-01T12:15:10Z') / 1000;

let here: Installation;
let bob: Caller;
beforeEach(async () => {
  here = new Installation();
  await addAccounts(
    here,
    anAccount(),
    anAccount({ username: 'carol', owner: 'bob' }),
    anAccount({ username: 'dave', owner: 'bob' }),
    anAccount({ username: 'eve' }),
  );
  for (const user of ['bob', 'carol', 'eve']) await here.call('setupreseller', { user });
  bob = await callerNamed(here, 'bob');
});
afterEach(() => here.remove());

const create = (args: Record<string, Json> = {}, as?: Caller) =>
  here.call('create_user_session', { service: 'whostmgrd', user: 'root', ...args }, as && { as });
/** Opens a link like the server. */
async function redeem(session: string) {
  const { engine } = here;
  const hash = await engine.sha256(session);
  return engine.store.transaction('changes', async (db) => ({
    value: await loginTokens.redeem({ db, now: engine.now }, hash),
    keep: true,
  }));
}

describe('create_user_session', () => {
  it('creates a link', async () => {
    expect(await create()).toEqual({
      metadata: { version: 1, reason: 'Created session', result: 1, command: 'create_user_session' },
      data: {
        cp_security_token: '/cpsess1852963418',
        expires: IN_FIFTEEN_MINUTES,
        service: 'whostmgrd',
        session: `root:${RANDOM}`,
        url: `https://server.example.com:2087/cpsess1852963418/login/?session=root:${RANDOM}`,
      },
    });
  });

  it('creates a link that works once', async () => {
    await create({ app: 'api_tokens' });
    expect(await redeem(`root:${RANDOM}`)).toEqual({
      username: 'root',
      app: 'api_tokens',
      securityTokenHash: Buffer.from(await here.engine.sha256('cpsess1852963418')),
      onlyFrom: null,
    });
    expect(await redeem(`root:${RANDOM}`)).toBeUndefined();
  });

  it('creates a link that works for a quarter of an hour', async () => {
    await create();
    here.time = IN_FIFTEEN_MINUTES * 1000 - 1;
    expect(await redeem(`root:${RANDOM}`)).toMatchObject({ username: 'root' });
    await create();
    here.time = here.time + 15 * 60_000;
    expect(await redeem(`root:${RANDOM}`)).toBeUndefined();
  });

  it('creates no link that works for another user', async () => {
    await create({ user: 'bob' });
    expect(await redeem(`root:${RANDOM}`)).toBeUndefined();
    expect(await redeem(`bob:${RANDOM}`)).toMatchObject({ username: 'bob' });
  });

  it.each(['cpsess0123456789', '/cpsess0123456789'])('accepts the security token %s', async (given) => {
    const { data } = await create({ cp_security_token: given });
    expect(data?.cp_security_token).toBe('/cpsess0123456789');
    expect(data?.url).toContain(':2087/cpsess0123456789/login/?');
  });

  it.each(['cpsess123', '/evil', 'cpsess0123456789/x'])(
    'rejects the security token %s',
    async (cp_security_token) => {
      expect((await create({ cp_security_token })).metadata.reason).toBe(
        `The parameter “cp_security_token” should be “cpsess” and ten digits, not “${cp_security_token}”.`,
      );
    },
  );

  it('uses another name for the server if requested', async () => {
    expect((await create({ preferred_domain: 'panel.example.org' })).data?.url).toMatch(
      /^https:\/\/panel\.example\.org:2087\//,
    );
  });

  it.each(['evil.example/x', 'a@b', 'a:1', '-a', 'a b'])(
    'rejects the name %s for the server',
    async (preferred_domain) => {
      expect((await create({ preferred_domain })).metadata.error_code).toBe('bad_param');
    },
  );

  it('creates links for the mail of accounts that have webmail', async () => {
    const { data } = await create({ service: 'webmaild', user: 'bob' });
    expect(data?.url).toMatch(/^https:\/\/server\.example\.com:2096\/cpsess\d{10}\/login\/\?session=bob:/);
    expect((await create({ service: 'webmaild', user: 'root' })).metadata.error_code).toBe('not_found');
    await here.call('add_override_features_for_user', { user: 'bob', features: '{"webmail":0}' });
    expect((await create({ service: 'webmaild', user: 'bob' })).metadata).toMatchObject({
      error_code: 'denied',
      reason: 'The account “bob” does not have webmail: its feature list or an override disables it.',
    });
  });

  it('creates links for accounts, which do not work in WHM', async () => {
    const { data } = await create({ service: 'cpaneld', user: 'bob' });
    expect(data?.url).toMatch(/^https:\/\/server\.example\.com:2083\/cpsess\d{10}\/login\/\?session=bob:/);
    expect(await redeem(`bob:${RANDOM}`)).toBeUndefined();
    expect((await create({ service: 'cpaneld', user: 'root' })).metadata.error_code).toBe('not_found');
  });

  it.each(['https://evil.example/', 'HTTP://evil.example'])(
    'rejects the URL %s instead of a part of the interface',
    async (app) => {
      expect((await create({ app })).metadata).toMatchObject({
        error_code: 'bad_param',
        reason: `The parameter “app” should be the name of a part of the interface, no URL, not “${app}”.`,
      });
    },
  );

  it('warns that a locale has no effect', async () => {
    expect((await create({ locale: 'fr' })).metadata.output?.warnings).toEqual([
      'The parameter “locale” has no effect here: this server speaks one language.',
    ]);
  });

  it('allows a reseller to log in as itself and as its own resellers', async () => {
    expect((await create({ user: 'bob' }, bob)).metadata.result).toBe(1);
    here.overrides = { randomBytes: async (count) => crypto.getRandomValues(new Uint8Array(count)) };
    expect((await create({ user: 'carol' }, bob)).metadata.result).toBe(1);
  });

  it.each(['root', 'eve', 'nobody'])('does not allow a reseller to log in as %s', async (user) => {
    expect((await create({ user }, bob)).metadata).toMatchObject({
      error_code: 'denied',
      reason: `You do not have access to an account named “${user}”.`,
    });
  });

  it('does not allow a reseller to log in as a user with the privileges of root', async () => {
    await here.call('grant_reseller_privilege', { user: 'carol', privilege: 'all' });
    expect((await create({ user: 'carol' }, bob)).metadata).toMatchObject({
      error_code: 'denied',
      reason: 'You cannot act as “carol”, who has root privileges over every account.',
    });
  });

  it('rejects a user who cannot call any function', async () => {
    expect((await create({ user: 'dave' })).metadata.reason).toBe(
      'Not a reseller: “dave” cannot call functions here. Make it a reseller with setupreseller.',
    );
    expect((await create({ user: 'nobody' })).metadata.reason).toBe('You do not have a user named “nobody”.');
  });

  it('requires the privilege create-user-session', async () => {
    const as: Caller = { user: 'bob', privileges: new Set(['list-accts']) };
    expect((await create({ user: 'bob' }, as)).metadata.error_code).toBe('denied');
  });
});
