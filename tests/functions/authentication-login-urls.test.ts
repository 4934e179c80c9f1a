import type { Caller } from '../../src/core/context.ts';
import type { Json } from '../../src/core/values.ts';
import * as apiTokens from '../../src/capabilities/logins/rules/api-tokens.ts';
import * as loginTokens from '../../src/capabilities/logins/rules/tokens.ts';
import { addAccounts, anAccount, callerNamed } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';

const RANDOM = 'LwV6fEpOzY9iHsR2bAlKvU5eDoNyX8hGrQ1a-kJuT4dCnMxW7gFqP0Z_jItS3cBm';
const URL_AFTER = 'https://billing.example.com/return?state=7';
// printf %s https://billing.example.com/return | sha256sum
const TOKEN_NAME = 'login-41bcb692d3bc2d71';

let here: Installation;
let bob: Caller;
beforeEach(async () => {
  here = new Installation();
  await addAccounts(here, anAccount(), anAccount({ username: 'eve' }));
  for (const user of ['bob', 'eve']) await here.call('setupreseller', { user });
  bob = await callerNamed(here, 'bob');
});
afterEach(() => here.remove());

const chance = () => {
  here.overrides = { randomBytes: async (count) => crypto.getRandomValues(new Uint8Array(count)) };
};
const link = (args: Record<string, Json> = {}, as?: Caller) =>
  here.call('get_login_url', { provider: 'local', url_after_login: URL_AFTER, ...args }, as && { as });
const sessionOf = async (as?: Caller) =>
  new URL((await link({}, as)).data?.payload as string).searchParams.get('session') ?? '';
const validate = (login_token: string, args: Record<string, Json> = {}, as?: Caller) =>
  here.call(
    'validate_login_token',
    { provider: 'local', url_after_login: URL_AFTER, login_token, ...args },
    as && { as },
  );
const tokensOf = async (login_token: string, as?: Caller) => {
  const { data } = await validate(login_token, {}, as);
  const [tokens] = data?.payload as { access_token: string; refresh_token: string }[];
  if (tokens === undefined) throw new Error('No tokens are answered.');
  return tokens;
};
const authenticate = async (user: string, token: string) => {
  const { engine } = here;
  const tokenHash = await engine.sha256(token);
  return engine.store.transaction('reads', async (db) => ({
    value: await apiTokens.authenticate(db, { user, tokenHash, address: '192.0.2.1', now: here.time }),
    keep: false,
  }));
};
const redeem = async (session: string) => {
  const { engine } = here;
  const hash = await engine.sha256(session);
  return engine.store.transaction('changes', async (db) => ({
    value: await loginTokens.redeem({ db, now: engine.now }, hash),
    keep: true,
  }));
};
const limited: Caller = {
  user: 'root',
  privileges: new Set(['create-user-session']),
  seesAll: true,
  isLimited: true,
};
const invalid = {
  metadata: {
    version: 1,
    reason: 'The login token is unknown, was used before, is too old, or belongs to another page.',
    result: 0,
    command: 'validate_login_token',
    error_code: 'not_found',
  },
};

describe('get_login_url', () => {
  it('creates a link', async () => {
    expect(await link()).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'get_login_url' },
      data: { payload: `https://server.example.com:2087/cpsess1852963418/login/?session=root:${RANDOM}` },
    });
  });

  it('creates a link that logs in the caller once, and contains the page to open', async () => {
    await link({}, bob);
    expect(await redeem(`bob:${RANDOM}`)).toMatchObject({ username: 'bob', app: URL_AFTER });
    expect(await redeem(`bob:${RANDOM}`)).toBeUndefined();
  });

  it('rejects other providers', async () => {
    expect((await link({ provider: 'cPStore' })).metadata.reason).toBe(
      'The parameter “provider” should be “local”, not “cPStore”.',
    );
  });

  it.each([
    'javascript:alert(1)',
    '//evil.example',
    'billing.example.com',
    'https://',
    'https://a b/',
    'https://a.example/#fragment',
    'https://[::1/',
    'https://a:99999/',
  ])('rejects the URL %s', async (url_after_login) => {
    const { metadata } = await link({ url_after_login });
    expect(metadata.error_code).toBe('bad_param');
    expect(metadata.reason).toContain(
      'The parameter “url_after_login” should be a URL that begins with https:// or http://, without a fragment (#)',
    );
  });

  it('rejects an API token that has fewer privileges than its user', async () => {
    expect((await link({}, limited)).metadata).toMatchObject({
      error_code: 'denied',
      reason:
        'You may not call “get_login_url” with an API token that has fewer privileges than its owner: it acts on ' +
        'your own login. Use another login.',
    });
  });

  it('requires the privilege create-user-session', async () => {
    const as: Caller = { user: 'bob', privileges: new Set(['list-accts']) };
    expect((await link({}, as)).metadata.error_code).toBe('denied');
  });
});

describe('validate_login_token', () => {
  beforeEach(chance);

  it('exchanges a login token for an API token that is valid for an hour', async () => {
    const { metadata, data } = await validate(await sessionOf(bob));
    const [tokens] = data?.payload as { access_token: string; refresh_token: string }[];
    expect(tokens?.access_token).toMatch(/^[A-Z0-9]{32}$/);
    expect(tokens?.refresh_token).toMatch(/^bob:[\w-]{64}$/);
    expect(metadata.output?.messages).toEqual([
      `The access token is the API token “${TOKEN_NAME}” of “bob”; it expires in an hour.`,
    ]);
    expect(await authenticate('bob', tokens?.access_token ?? '')).toMatchObject({
      caller: bob,
      name: TOKEN_NAME,
    });
    here.time += 60 * 60_000;
    expect(await authenticate('bob', tokens?.access_token ?? '')).toEqual({
      problem: `The API token “${TOKEN_NAME}” has expired.`,
    });
  });

  it('invalidates the login token, also for browsers', async () => {
    const session = await sessionOf(bob);
    await validate(session);
    expect(await validate(session)).toMatchObject(invalid);
    expect(await redeem(session)).toBeUndefined();
  });

  it('exchanges a refresh token once, within a day; it cannot log a browser in', async () => {
    const first = await tokensOf(await sessionOf(bob));
    expect(await redeem(first.refresh_token)).toBeUndefined();
    here.time += 23 * 60 * 60_000;
    const second = await tokensOf(first.refresh_token);
    expect(await authenticate('bob', second.access_token)).toMatchObject({ name: TOKEN_NAME });
    expect(await authenticate('bob', first.access_token)).toEqual({
      problem: 'The user has no such API token.',
    });
    expect((await validate(first.refresh_token)).metadata.error_code).toBe('not_found');
    here.time += 24 * 60 * 60_000;
    expect((await validate(second.refresh_token)).metadata.error_code).toBe('not_found');
  });

  it('keeps one access token for each application, whatever the query', async () => {
    await validate(await sessionOf(bob));
    const other = 'https://billing.example.com/return?state=8';
    const { data } = await link({ url_after_login: other }, bob);
    const session = new URL(data?.payload as string).searchParams.get('session') ?? '';
    await validate(session, { url_after_login: other });
    const { tokens } = (await here.call('api_token_list', {}, { as: bob })).data as { tokens: object };
    expect(Object.keys(tokens)).toEqual([TOKEN_NAME]);
  });

  it('returns nothing for a token that does not exist', async () => {
    expect(await validate(`root:${RANDOM}`)).toMatchObject(invalid);
  });

  it('returns nothing for another page, and invalidates the token', async () => {
    const session = await sessionOf(bob);
    expect((await validate(session, { url_after_login: 'https://evil.example/' })).metadata.error_code).toBe(
      'not_found',
    );
    expect((await validate(session)).metadata.error_code).toBe('not_found');
  });

  it('returns nothing after a quarter of an hour', async () => {
    const session = await sessionOf(bob);
    here.time += 15 * 60_000;
    expect((await validate(session)).metadata.error_code).toBe('not_found');
  });

  it('does not give a reseller the token of another user', async () => {
    const session = await sessionOf();
    expect((await validate(session, {}, bob)).metadata).toMatchObject({
      error_code: 'denied',
      reason: 'You do not have access to an account named “root”.',
    });
    expect((await validate(session)).data?.payload).toHaveLength(1);
  });

  it('rejects an API token that has fewer privileges than its user', async () => {
    expect((await validate(await sessionOf(), {}, limited)).metadata.reason).toBe(
      'You may not call “validate_login_token” with an API token that has fewer privileges than its owner: it ' +
        'acts on your own login. Use another login.',
    );
  });

  it('does not write the tokens to the audit log', async () => {
    const session = await sessionOf(bob);
    const { access_token, refresh_token } = await tokensOf(session);
    const log = JSON.stringify(here.audit());
    for (const secret of [session, access_token, refresh_token]) expect(log).not.toContain(secret);
  });
});
