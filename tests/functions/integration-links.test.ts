import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import * as links from '../../src/capabilities/logins/rules/integration/links.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await addAccounts(here, anAccount(), anAccount({ username: 'carol', owner: 'rita' }));
});
afterEach(() => here.remove());

const rita = reseller('rita', 'cpanel-integration');
const TOKEN = 'unguessable-Token-7391';
const billing = {
  user: 'bob',
  app: 'WHMCS_billing',
  implements: 'billing',
  label: 'Billing & Support',
  subscriber_unique_id: '1234',
  token: TOKEN,
  autologin_token_url: 'https://billing.example.com/login',
};
/** One transparent pixel. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const create = (args: Record<string, Json> = {}) =>
  here.call('create_integration_link', { ...billing, ...args });
const apps = async (user = 'bob') => {
  const { data } = await here.call('list_integration_links', { user });
  return (data?.links as { app: string }[]).map(({ app }) => app);
};
const config = async (app: string, user = 'bob') =>
  (await here.call('get_integration_link_user_config', { user, app })).data?.userconfig;
/** The token as the page sends it to the application. */
const tokenOf = (user: string, app = billing.app) =>
  here.engine.store.transaction('reads', async (db) => ({
    value: await links.tokenOf({ db, sealer: here.engine.sealer }, user, app),
    keep: false,
  }));
const failure = async (answer: ReturnType<Installation['call']>) => {
  const { metadata } = await answer;
  return [metadata.result, metadata.error_code, metadata.reason];
};

describe('create_integration_link', () => {
  it('stores everything that the user sees, and shows no token', async () => {
    await create({ url: 'https://www.example.com/', base64_png_image: PNG, group_id: 'pref', order: '3' });
    expect(await config(billing.app)).toEqual({
      app: 'WHMCS_billing',
      autologin_token_url: 'https://billing.example.com/login',
      base64_png_image: PNG,
      implements: 'billing',
      label: 'Billing & Support',
      subscriber_unique_id: '1234',
      url: 'https://www.example.com/',
      user: 'bob',
    });
    expect(await tokenOf('bob')).toBe(TOKEN);
  });

  it('writes the token only encrypted, and to no log', async () => {
    await create();
    await here.call('update_integration_link_token', { user: 'bob', app: billing.app, token: `${TOKEN}-2` });
    expect(await tokenOf('bob')).toBe(`${TOKEN}-2`);
    const files = readdirSync(here.state, { recursive: true, encoding: 'utf8' })
      .map((name) => join(here.state, name))
      .filter((path) => statSync(path).isFile());
    expect(files.length).toBeGreaterThan(1);
    expect(files.filter((path) => readFileSync(path).includes(TOKEN))).toEqual([]);
    expect(JSON.stringify(here.audit())).toContain('create_integration_link');
  });

  it('replaces a link of the same name', async () => {
    await create();
    await create({ label: 'Invoices', autologin_token_url: '', url: 'http://www.example.com/' });
    expect(await apps()).toEqual(['WHMCS_billing']);
    expect(await config(billing.app)).toMatchObject({
      label: 'Invoices',
      autologin_token_url: '',
      url: 'http://www.example.com/',
    });
  });

  it.each([
    ['autologin_token_url', 'javascript:alert(1)', 'a URL that begins with https://'],
    ['autologin_token_url', 'http://www.example.com/login.cgi', 'a URL that begins with https://, not'],
    ['url', 'data:text/html,x', 'a URL that begins with https:// or http://'],
    ['url', 'https://user:secret@example.com/', 'without a username and password'],
    ['url', 'https://[::1/', 'a URL that begins with https:// or http://'],
    ['url', 'https://example.com/\nset-cookie: a=b', 'a URL that begins with https:// or http://'],
    ['base64_png_image', 'PHN2Zz48L3N2Zz4=', 'Its content is not a PNG.'],
    ['base64_png_image', 'not base64', 'a PNG image in Base64'],
    ['app', '../../etc', 'a name: at most 64 letters'],
    ['label', 'a\u202eb', 'text without control characters'],
    ['order', 'first', 'a whole number'],
    ['group_id', 'hosting', 'To add a group, run create_integration_group.'],
  ])('rejects the %s %j', async (name, value, expected) => {
    const [result, code, reason] = await failure(create({ [name]: value }));
    expect([result, code, reason]).toEqual([0, 'bad_param', expect.stringContaining(expected)]);
    expect(await apps()).toEqual([]);
  });

  it('requires one of the URLs', async () => {
    expect(await failure(create({ autologin_token_url: '' }))).toEqual([
      0,
      'missing_param',
      'Use at least one of “autologin_token_url” or “url”.',
    ]);
  });

  it('never quotes a wrong token', async () => {
    const [, code, reason] = await failure(create({ token: `${TOKEN} with spaces` }));
    expect([code, reason]).toEqual(['bad_param', expect.not.stringContaining(TOKEN)]);
  });

  it('creates at most 100 links', async () => {
    for (let number = 1; number <= 100; number++) await create({ app: `app${number}` });
    expect(await failure(create({ app: 'app101' }))).toEqual([
      0,
      'limit_reached',
      'The account “bob” has 100 integration links already. Remove one with remove_integration_link.',
    ]);
    expect((await create({ app: 'app100' })).metadata.result).toBe(1);
  });
});

describe('list_integration_links and remove_integration_link', () => {
  it('lists links by their order, then by name', async () => {
    await create({ app: 'b', order: '2' });
    await create({ app: 'c', order: '-1', hide: '1' });
    await create({ app: 'a', order: '2' });
    expect(await apps()).toEqual(['c', 'a', 'b']);
    await here.call('remove_integration_link', { user: 'bob', app: 'a' });
    expect(await apps()).toEqual(['c', 'b']);
  });

  it.each([
    ['remove_integration_link', {}],
    ['get_integration_link_user_config', {}],
    ['update_integration_link_token', { token: 'x' }],
  ])('%s says that a link does not exist', async (name, more) => {
    expect(await failure(here.call(name, { user: 'bob', app: 'none', ...more }))).toEqual([
      0,
      'not_found',
      'The account “bob” has no integration link “none”. To list its links, run list_integration_links.',
    ]);
  });
});

describe('create_integration_group, list_integration_groups and remove_integration_group', () => {
  const group = (group_id: string, order = '1') =>
    here.call('create_integration_group', { user: 'bob', group_id, label: 'Your contract', order });
  const ids = async () => (await here.call('list_integration_groups', { user: 'bob' })).data?.links;

  it('adds groups for links, in their order', async () => {
    await group('hosting', '2');
    await group('shop', '1');
    await group('hosting', '0');
    expect(await ids()).toEqual([{ group: 'hosting' }, { group: 'shop' }]);
    expect((await create({ group_id: 'shop' })).metadata.result).toBe(1);
  });

  it('keeps the links of a removed group', async () => {
    await group('hosting');
    await create({ group_id: 'hosting' });
    const { metadata } = await here.call('remove_integration_group', { user: 'bob', group_id: 'hosting' });
    expect(metadata.output?.messages).toEqual(['1 link is now in no group.']);
    expect([await ids(), await apps()]).toEqual([[], ['WHMCS_billing']]);
    expect(
      await failure(here.call('remove_integration_group', { user: 'bob', group_id: 'hosting' })),
    ).toEqual([
      0,
      'not_found',
      'The account “bob” has no group “hosting” that was added to it. To list them, run list_integration_groups.',
    ]);
  });

  it('creates at most 50 groups', async () => {
    for (let number = 1; number <= 50; number++) await group(`group${number}`);
    expect((await group('group51')).metadata.error_code).toBe('limit_reached');
    expect((await group('group50')).metadata.result).toBe(1);
  });
});

describe('the links of an account', () => {
  it('are only for its owner and root', async () => {
    expect(
      (await here.call('create_integration_link', { ...billing, user: 'carol' }, { as: rita })).metadata
        .result,
    ).toBe(1);
    expect(await failure(here.call('create_integration_link', billing, { as: rita }))).toEqual([
      0,
      'denied',
      'You do not have access to an account named “bob”.',
    ]);
    expect(await apps('carol')).toEqual(['WHMCS_billing']);
  });

  it('are renamed with it, with their tokens, and removed with it', async () => {
    await here.call('createacct', { username: 'dave', domain: 'dave.example' });
    await here.call('create_integration_group', {
      user: 'dave',
      group_id: 'shop',
      label: 'Shop',
      order: '1',
    });
    await create({ user: 'dave', group_id: 'shop' });
    expect((await here.call('modifyacct', { user: 'dave', newuser: 'david' })).metadata.result).toBe(1);
    expect(await tokenOf('david')).toBe(TOKEN);
    expect(await config(billing.app, 'david')).toMatchObject({ user: 'david', label: 'Billing & Support' });
    await here.call('removeacct', { user: 'david' });
    await here.call('createacct', { username: 'david', domain: 'david.example' });
    expect(await apps('david')).toEqual([]);
    expect((await here.call('list_integration_groups', { user: 'david' })).data?.links).toEqual([]);
  });
});
