import type { Caller } from '../../src/core/context.ts';
import type { Json } from '../../src/core/values.ts';
import * as apiTokens from '../../src/capabilities/logins/rules/api-tokens.ts';
import { addAccounts, anAccount, callerNamed } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';

// The installation’s fixed randomness: the bytes 11, 48, 85 … as capitals and digits, without those above 251.
const TOKEN = 'LMNOPQROPQRSTURSTUVWXUVWXYZ0XYZ0';
const NOW = Date.parse('2026-03-01T12:00:10Z') / 1000;
const NEXT_YEAR = Date.parse('2027-01-01T00:00:00Z') / 1000;

let here: Installation;
let bob: Caller;
beforeEach(async () => {
  here = new Installation();
  await addAccounts(here, anAccount(), anAccount({ username: 'carol', owner: 'bob' }));
  await here.call('setupreseller', { user: 'bob' });
  await here.call('grant_reseller_privilege', { user: 'bob', privilege: ['list-accts', 'passwd'] });
  bob = await callerNamed(here, 'bob');
});
afterEach(() => here.remove());

const create = (args: Record<string, Json> = {}, as?: Caller) =>
  here.call('api_token_create', { token_name: 'billing', ...args }, as && { as });
const update = (args: Record<string, Json> = {}, as?: Caller) =>
  here.call('api_token_update', { token_name: 'billing', ...args }, as && { as });
const details = async (token: string, as?: Caller) =>
  (await here.call('api_token_get_details', { token }, as && { as })).data;
const listed = async (as?: Caller) =>
  (await here.call('api_token_list', {}, as && { as })).data?.tokens as Record<string, Record<string, Json>>;
/** The caller with a token. */
async function holderOf(token: string, user = 'root', address = '198.51.100.1') {
  const { engine } = here;
  const tokenHash = await engine.sha256(token);
  const found = await engine.store.transaction('reads', async (db) => ({
    value: await apiTokens.authenticate(db, { user, tokenHash, address, now: here.time }),
    keep: false,
  }));
  if (!('caller' in found)) throw new Error(found.problem);
  return found.caller;
}
const chance = () => {
  here.overrides = { randomBytes: async (count) => crypto.getRandomValues(new Uint8Array(count)) };
};

describe('api_token_create', () => {
  it('creates a token with all privileges of root', async () => {
    expect(await create()).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'api_token_create' },
      data: {
        acls: ['all'],
        create_time: NOW,
        expires_at: null,
        name: 'billing',
        token: TOKEN,
        whitelist_ips: null,
      },
    });
    expect(await holderOf(TOKEN)).toEqual({ user: 'root', privileges: 'all' });
  });

  it('creates a token with privileges, an expiry and addresses', async () => {
    const { data } = await create({
      'acl-1': 'list-accts',
      'acl-0': 'create-acct',
      expires_at: String(NEXT_YEAR),
      'whitelist_ip-0': '192.0.2.1',
      'whitelist_ip-1': '192.0.2.9/29',
      'whitelist_ip-2': 'fc00:abcd::f',
      'whitelist_ip-3': '2620:0:28a4::/48',
    });
    expect(data).toMatchObject({
      acls: ['create-acct', 'list-accts'],
      expires_at: NEXT_YEAR,
      whitelist_ips: [
        '192.0.2.1',
        '192.0.2.8/29',
        'fc00:abcd:0000:0000:0000:0000:0000:000f',
        '2620:0000:28a4:0000:0000:0000:0000:0000/48',
      ],
    });
  });

  it('accepts repeated privileges, each once', async () => {
    expect((await create({ acl: ['passwd', 'list-accts', 'passwd'] })).data?.acls).toEqual([
      'list-accts',
      'passwd',
    ]);
  });

  it('stores the token only as a hash', async () => {
    await create();
    const rows = await here.engine.store.transaction('reads', async (db) => ({
      value: await db.all('SELECT * FROM api_token'),
      keep: false,
    }));
    expect(JSON.stringify(rows)).not.toContain(TOKEN);
    expect(JSON.stringify(here.audit())).not.toContain(TOKEN);
  });

  it('creates a different token each time, of capitals and digits', async () => {
    chance();
    const first = (await create()).data?.token;
    const second = (await create({ token_name: 'other' })).data?.token;
    expect(first).toMatch(/^[A-Z0-9]{32}$/);
    expect(second).toMatch(/^[A-Z0-9]{32}$/);
    expect(second).not.toBe(first);
  });

  it('returns the privileges of a reseller’s token', async () => {
    const { data } = await create({}, bob);
    expect(data?.acls).toHaveLength(22);
    expect(data?.acls).toEqual(expect.arrayContaining(['list-accts', 'manage-api-tokens', 'passwd']));
  });

  it('rejects privileges that a reseller does not have, and creates nothing', async () => {
    const { metadata } = await create({ acl: ['list-accts', 'kill-acct', 'all'] }, bob);
    expect(metadata).toMatchObject({
      error_code: 'denied',
      reason:
        'You cannot give a token privileges that you do not have: “all”, “kill-acct”. Run myprivs to list your ' +
        'privileges.',
    });
    expect(await listed(bob)).toEqual({});
  });

  it('rejects a privilege that does not exist', async () => {
    expect((await create({ acl: 'list-acts' })).metadata).toMatchObject({
      error_code: 'bad_param',
      reason:
        'The parameter “acl” should be the name of a privilege that myprivs lists, such as list-accts, ' +
        'not “list-acts”.',
    });
  });

  it.each([
    ['all', 'it gives root privileges over every account'],
    [
      'create-user-session',
      'the token can log in as each reseller that its user can act as, with all privileges of that reseller',
    ],
    [
      'manage-api-tokens',
      'the token can create other tokens with its privileges that never expire and work from every address',
    ],
    ['passwd', 'the token can set the password of an account and then log in with it'],
  ])('warns of the privilege %s', async (acl, how) => {
    expect((await create({ acl })).metadata.output?.warnings).toEqual([
      `The privilege “${acl}” gives more access than its name suggests: ${how}.`,
    ]);
  });

  it('rejects a second token of the same name, and accepts it for another user', async () => {
    await create();
    expect((await create()).metadata).toMatchObject({
      error_code: 'bad_param',
      reason:
        'You already have an API token “billing”. Choose another name, or revoke that token with api_token_revoke.',
    });
    chance();
    expect((await create({}, bob)).metadata.result).toBe(1);
  });

  it.each(['', 'two words', 'ä', 'x'.repeat(51)])('rejects the name “%s”', async (name) => {
    expect((await create({ token_name: name })).metadata).toMatchObject({ result: 0 });
  });

  it.each([
    [String(NOW), 'bad_param', `not ${NOW}: it is ${NOW} now.`],
    ['1', 'bad_param', `not 1: it is ${NOW} now.`],
    [`${NEXT_YEAR}000`, 'bad_param', `a whole number from 0 to 253402300799, not “${NEXT_YEAR}000”.`],
    ['-1', 'bad_param', 'a whole number from 0 to 253402300799, not “-1”.'],
  ])('rejects the expiry %s', async (expires_at, code, reason) => {
    const { metadata } = await create({ expires_at });
    expect(metadata.error_code).toBe(code);
    expect(metadata.reason).toContain(reason);
  });

  it('names the invalid addresses', async () => {
    const { metadata } = await create({ whitelist_ip: ['192.0.2.1', '192.0.2.300', 'example.com'] });
    expect(metadata).toMatchObject({
      error_code: 'bad_param',
      reason:
        'The parameter “whitelist_ip” should be an IPv4 or IPv6 address, or a range such as 192.0.2.0/24 or ' +
        '2001:db8::/32, not “192.0.2.300”, “example.com”.',
    });
  });

  it('accepts “any” only alone, for all addresses', async () => {
    expect((await create({ whitelist_ip: 'any' })).data?.whitelist_ips).toBeNull();
    expect((await create({ token_name: 'x', whitelist_ip: ['any', '192.0.2.1'] })).metadata.result).toBe(0);
  });

  it('creates none for a suspended account', async () => {
    await addAccounts(here, anAccount({ username: 'eve', suspendedAt: 1 }));
    await here.call('setupreseller', { user: 'eve' });
    const eve: Caller = { user: 'eve', privileges: new Set(['manage-api-tokens']) };
    expect((await create({}, eve)).metadata).toMatchObject({
      error_code: 'denied',
      reason: 'The reseller “eve” is suspended.',
    });
  });

  it('limits a token that a limited token creates to the privileges of that token', async () => {
    await create({ acl: ['manage-api-tokens', 'list-accts'] });
    const limited = await holderOf(TOKEN);
    chance();
    const { data } = await create({ token_name: 'child' }, limited);
    expect(data?.acls).toEqual(['list-accts', 'manage-api-tokens']);
    expect((await holderOf(data?.token as string)).privileges).toEqual(
      new Set(['list-accts', 'manage-api-tokens']),
    );
    expect((await create({ token_name: 'more', acl: 'kill-acct' }, limited)).metadata.error_code).toBe(
      'denied',
    );
  });

  it('requires the privilege manage-api-tokens', async () => {
    const as: Caller = { user: 'bob', privileges: new Set(['list-accts']) };
    expect((await create({}, as)).metadata.reason).toBe(
      'You may not call “api_token_create”. It requires the privilege “manage-api-tokens”.',
    );
  });

  it('saves nothing in a dry run', async () => {
    await here.call('api_token_create', { token_name: 'billing' }, { dryRun: true });
    expect(await listed()).toEqual({});
  });
});

describe('api_token_list', () => {
  it('lists the caller’s own tokens by name, each with every privilege', async () => {
    chance();
    await create({ acl: 'list-accts', expires_at: String(NEXT_YEAR), whitelist_ip: '192.0.2.1' });
    await create({ token_name: 'everything' });
    await create({ token_name: 'of-bob' }, bob);
    const tokens = await listed();
    expect(Object.keys(tokens)).toEqual(['billing', 'everything']);
    const { acls, ...billing } = tokens.billing ?? {};
    expect(billing).toEqual({
      create_time: NOW,
      expires_at: NEXT_YEAR,
      name: 'billing',
      whitelist_ips: ['192.0.2.1'],
    });
    expect(acls).toMatchObject({ 'list-accts': 1, 'kill-acct': 0, all: 0 });
    expect(tokens.everything?.acls).toMatchObject({ 'list-accts': 1, 'kill-acct': 1, all: 1 });
  });

  it('also lists expired tokens', async () => {
    await create({ expires_at: String(NEXT_YEAR) });
    here.time = (NEXT_YEAR + 1) * 1000;
    expect(Object.keys(await listed())).toEqual(['billing']);
  });

  it('shows the remaining privileges of a token whose user has lost some', async () => {
    await create({ acl: ['list-accts', 'passwd'] }, bob);
    await here.call('revoke_reseller_privilege', { user: 'bob', privilege: 'passwd' });
    expect((await listed(bob)).billing?.acls).toMatchObject({ 'list-accts': 1, passwd: 0 });
  });
});

describe('api_token_update', () => {
  it('gives a token another name and other privileges, and keeps the token itself', async () => {
    await create({ acl: 'list-accts' });
    expect(await update({ new_name: 'shop', acl: ['kill-acct', 'create-acct'] })).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'api_token_update' },
      data: {
        acls: ['create-acct', 'kill-acct'],
        create_time: NOW,
        expires_at: null,
        name: 'shop',
        whitelist_ips: null,
      },
    });
    expect(Object.keys(await listed())).toEqual(['shop']);
    expect((await holderOf(TOKEN)).privileges).toEqual(new Set(['create-acct', 'kill-acct']));
  });

  it('warns if the token gets every privilege because there is no acl', async () => {
    await create({ acl: ['list-accts', 'kill-acct'] });
    const { data, metadata } = await update();
    expect(data?.acls).toEqual(['all']);
    expect(metadata.output?.warnings).toEqual([
      '“acl” was omitted: “billing” now has all your privileges. Before, it had “kill-acct”, “list-accts”.',
    ]);
    expect((await update()).metadata.output).toBeUndefined();
  });

  it('warns if the token no longer expires', async () => {
    await create({ expires_at: String(NEXT_YEAR) });
    const { data, metadata } = await update();
    expect(data?.expires_at).toBeNull();
    expect(metadata.output?.warnings).toEqual([
      '“billing” now never expires. Before, it was to expire at 2027-01-01 00:00:00 UTC.',
    ]);
  });

  it('replaces the addresses, keeps them if none are given, and clears them with “any”', async () => {
    await create({ whitelist_ip: '192.0.2.1' });
    expect((await update()).data?.whitelist_ips).toEqual(['192.0.2.1']);
    expect((await update({ whitelist_ip: '198.51.100.0/24' })).data?.whitelist_ips).toEqual([
      '198.51.100.0/24',
    ]);
    expect((await update({ whitelist_ip: 'any' })).data?.whitelist_ips).toBeNull();
  });

  it('does not let a limited token widen another', async () => {
    await create({ acl: ['manage-api-tokens', 'list-accts'] });
    const limited = await holderOf(TOKEN);
    chance();
    const other = (await create({ token_name: 'other', acl: 'list-accts' })).data?.token as string;
    await update({ token_name: 'other' }, limited);
    expect((await holderOf(other)).privileges).toEqual(new Set(['list-accts', 'manage-api-tokens']));
  });

  it('rejects an unknown token, also that of another user', async () => {
    await create();
    expect((await update({}, bob)).metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'You have no API token “billing”. Run api_token_list to list your tokens.',
    });
  });

  it('rejects a name that another token has, and changes nothing', async () => {
    chance();
    await create({ acl: 'list-accts' });
    await create({ token_name: 'shop' });
    expect((await update({ new_name: 'shop' })).metadata.error_code).toBe('bad_param');
    expect((await listed()).billing?.acls).toMatchObject({ 'list-accts': 1, all: 0 });
    expect((await update({ new_name: 'billing' })).metadata.result).toBe(1);
  });

  it('rejects privileges that the caller does not have', async () => {
    await create({ acl: 'list-accts' }, bob);
    expect((await update({ acl: 'kill-acct' }, bob)).metadata.error_code).toBe('denied');
  });
});

describe('api_token_revoke', () => {
  it('removes tokens', async () => {
    chance();
    const token = (await create()).data?.token as string;
    await create({ token_name: 'monitoring' });
    await create({ token_name: 'kept' });
    expect(
      await here.call('api_token_revoke', { 'token_name-1': 'billing', 'token_name-2': 'monitoring' }),
    ).toEqual({ metadata: { version: 1, reason: 'OK', result: 1, command: 'api_token_revoke' } });
    expect(Object.keys(await listed())).toEqual(['kept']);
    await expect(holderOf(token)).rejects.toThrow('The user has no such API token.');
  });

  it('names unknown tokens, and removes nothing', async () => {
    await create();
    const { metadata } = await here.call('api_token_revoke', { token_name: ['billing', 'x', 'y'] });
    expect(metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'You have no API token “x”, “y”. Run api_token_list to list your tokens.',
    });
    expect(Object.keys(await listed())).toEqual(['billing']);
  });

  it('does not remove another user’s token', async () => {
    await create();
    const answer = await here.call('api_token_revoke', { token_name: 'billing' }, { as: bob });
    expect(answer.metadata.error_code).toBe('not_found');
    expect(Object.keys(await listed())).toEqual(['billing']);
  });

  it('allows the name to be reused, without the privileges of the old token', async () => {
    await create({ acl: 'list-accts' });
    await here.call('api_token_revoke', { token_name: 'billing' });
    expect((await create({ acl: 'kill-acct' })).data?.acls).toEqual(['kill-acct']);
  });
});

describe('api_token_get_details', () => {
  it('returns the details of the caller’s token', async () => {
    await create({ acl: 'list-accts' });
    expect(await details(TOKEN)).toEqual({
      acls: ['list-accts'],
      create_time: NOW,
      expires_at: null,
      name: 'billing',
      whitelist_ips: null,
    });
  });

  it('returns the details to the token itself, whatever its privileges', async () => {
    await create({ acl: 'list-accts' });
    expect(await details(TOKEN, await holderOf(TOKEN))).toMatchObject({ name: 'billing' });
  });

  it('returns nothing for an unknown token, or for another user’s', async () => {
    await create({}, bob);
    expect(await details('0'.repeat(32))).toEqual({});
    expect(await details(TOKEN)).toEqual({});
    expect(await details(TOKEN, bob)).toMatchObject({ name: 'billing' });
  });

  it('does not write the token to the audit log', async () => {
    await details(TOKEN);
    expect(here.audit().at(-1)?.arguments).toEqual([['token', '***']]);
  });
});
