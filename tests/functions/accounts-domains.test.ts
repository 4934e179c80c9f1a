// Who owns a domain, and where its files are: getdomainowner, get_domain_info, domainuserdata.
import type { Caller } from '../../src/core/context.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import * as hostedDomains from '../../src/capabilities/domains/rules/hosted-domains.ts';
import { virtualHostsOf } from '../../src/capabilities/domains/rules/virtual-hosts.ts';
import { Installation, reseller } from '../support/installation.ts';
import { installPhp } from '../support/php.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await addAccounts(
    here,
    anAccount({ username: 'bob', domain: 'shop.example', ip: '192.0.2.2', home: '/home2/bob' }),
    anAccount({ username: 'carol', owner: 'alice', settings: { cgi: false } }),
  );
});
afterEach(() => here.remove());

const call = (command: string, args: Record<string, string> = {}, as?: Caller) =>
  here.call(command, args, as === undefined ? {} : { as });
const reasonOf = async (command: string, args: Record<string, string> = {}, as?: Caller) => {
  const { metadata } = await call(command, args, as);
  return `${metadata.error_code}: ${metadata.reason}`;
};

describe('getdomainowner', () => {
  const ownerOf = async (domain: string, as?: Caller) => (await call('getdomainowner', { domain }, as)).data;
  const alice = reseller('alice', 'list-accts');

  it('returns the owner of a domain, in upper or lower case', async () => {
    expect(await ownerOf('shop.example')).toEqual({ user: 'bob' });
    expect(await ownerOf('Carol.Example')).toEqual({ user: 'carol' });
    expect(await ownerOf('other.example')).toEqual({ user: null });
    expect(await ownerOf('www.shop.example')).toEqual({ user: null });
  });

  it('returns only a reseller’s own accounts to the reseller', async () => {
    expect(await ownerOf('carol.example', alice)).toEqual({ user: 'carol' });
    expect(await ownerOf('shop.example', alice)).toEqual({ user: null });
    expect(await ownerOf('other.example', alice)).toEqual({ user: null });
  });

  it('rejects invalid domains, and callers without the privilege', async () => {
    expect(await reasonOf('getdomainowner')).toBe(
      'missing_param: The parameter “domain” is required: it should be a domain such as www.example.com ' +
        '(an internationalised one as xn--…).',
    );
    expect(await reasonOf('getdomainowner', { domain: 'shop_example' })).toBe(
      'bad_param: The parameter “domain” should be a domain such as www.example.com (an internationalised one as ' +
        'xn--…), not “shop_example”.',
    );
    expect(
      await reasonOf('getdomainowner', { domain: 'shop.example' }, reseller('alice', 'acct-summary')),
    ).toBe('denied: You may not call “getdomainowner”. It requires the privilege “list-accts”.');
  });
});

describe('get_domain_info', () => {
  beforeEach(() => {
    installPhp(here, '8.4');
  });
  const shop = {
    docroot: '/home2/bob/public_html',
    domain: 'shop.example',
    domain_type: 'main',
    ipv4: '192.0.2.2',
    ipv4_ssl: '192.0.2.2',
    ipv6: null,
    ipv6_is_dedicated: 0,
    parent_domain: 'shop.example',
    php_version: 'ea-php84',
    port: 80,
    port_ssl: 443,
    user: 'bob',
    user_owner: 'root',
  };
  const carols = {
    docroot: '/home/carol/public_html',
    domain: 'carol.example',
    domain_type: 'main',
    ipv4: '192.0.2.1',
    ipv4_ssl: '192.0.2.1',
    ipv6: null,
    ipv6_is_dedicated: 0,
    parent_domain: 'carol.example',
    php_version: 'ea-php84',
    port: 80,
    port_ssl: 443,
    user: 'carol',
    user_owner: 'alice',
  };

  it('lists the domains of all accounts', async () => {
    expect((await call('get_domain_info')).data).toEqual({ domains: [shop, carols] });
  });

  it('lists a reseller’s own accounts for the reseller', async () => {
    const alice = reseller('alice', 'acct-summary');
    expect((await call('get_domain_info', {}, alice)).data).toEqual({ domains: [carols] });
    const bob = reseller('bob', 'acct-summary');
    expect((await call('get_domain_info', {}, bob)).data).toEqual({ domains: [] });
  });

  it('sorts and filters as every list does', async () => {
    const sorted = { 'api.sort.enable': '1', 'api.sort.a.field': 'domain' };
    expect((await call('get_domain_info', sorted)).data).toEqual({ domains: [carols, shop] });
    const constant = { 'api.sort.enable': '1', 'api.sort.a.field': 'domain_type', 'api.sort.a.reverse': '1' };
    expect((await call('get_domain_info', constant)).data).toEqual({ domains: [shop, carols] });
    const found = {
      'api.filter.enable': '1',
      'api.filter.a.field': 'docroot',
      'api.filter.a.type': 'begins',
      'api.filter.a.arg0': '/HOME2/',
    };
    expect((await call('get_domain_info', found)).data).toEqual({ domains: [shop] });
  });

  it('requires the privilege acct-summary from a reseller', async () => {
    expect(await reasonOf('get_domain_info', {}, reseller('alice', 'list-accts'))).toBe(
      'denied: You may not call “get_domain_info”. It requires the privilege “acct-summary”.',
    );
  });
});

describe('domainuserdata', () => {
  it('returns where the files of a domain are', async () => {
    expect((await call('domainuserdata', { domain: 'SHOP.example' })).data).toEqual({
      userdata: {
        customlog: [{ format: 'combined', target: '/var/log/whmapi1-domlogs/bob/shop.example.log' }],
        documentroot: '/home2/bob/public_html',
        group: 'bob',
        hascgi: 1,
        homedir: '/home2/bob',
        ip: '192.0.2.2',
        owner: 'root',
        port: 80,
        scriptalias: [{ path: '/home2/bob/public_html/cgi-bin', url: '/cgi-bin/' }],
        serveradmin: 'webmaster@shop.example',
        serveralias: 'www.shop.example mail.shop.example',
        servername: 'shop.example',
        usecanonicalname: 'Off',
        user: 'bob',
        userdirprotect: '',
      },
    });
    const { data } = await call(
      'domainuserdata',
      { domain: 'carol.example' },
      reseller('alice', 'acct-summary'),
    );
    expect(data?.userdata).toMatchObject({ hascgi: 0, owner: 'alice', scriptalias: [], user: 'carol' });
  });

  it('never reveals whether somebody else has a domain', async () => {
    const alice = reseller('alice', 'acct-summary');
    const reasons = ['shop.example', 'other.example'].map((domain) =>
      reasonOf('domainuserdata', { domain }, alice),
    );
    expect(await Promise.all(reasons)).toEqual([
      'not_found: You do not have an account with the domain “shop.example”.',
      'not_found: You do not have an account with the domain “other.example”.',
    ]);
  });

  it('requires the privilege acct-summary from a reseller', async () => {
    expect(
      await reasonOf('domainuserdata', { domain: 'shop.example' }, reseller('alice', 'list-accts')),
    ).toBe('denied: You may not call “domainuserdata”. It requires the privilege “acct-summary”.');
  });
});

describe('parked domains, addon domains and subdomains', () => {
  beforeEach(async () => {
    const own = (
      domain: string,
      type: 'parked' | 'sub' | 'addon',
      servedBy: string | null,
      folder: string | null,
    ) => ({
      ...{ domain, username: 'bob', type, servedBy, documentRoot: folder },
    });
    await here.engine.store.transaction('changes', async (db) => {
      for (const one of [
        own('parked.example', 'parked', 'shop.example', null),
        own('blog.shop.example', 'sub', null, 'public_html/blog'),
        own('addon.example', 'addon', 'blog.shop.example', null),
      ]) {
        await hostedDomains.insert(db, one);
      }
      return { value: undefined, keep: true };
    });
  });

  it('are listed with the account, and with where their files are', async () => {
    const { data } = await call('get_domain_info');
    const rows = data?.domains as Record<string, unknown>[];
    expect(rows.map(({ domain, domain_type, docroot }) => [domain, domain_type, docroot])).toEqual([
      ['shop.example', 'main', '/home2/bob/public_html'],
      ['addon.example', 'addon', '/home2/bob/public_html/blog'],
      ['blog.shop.example', 'sub', '/home2/bob/public_html/blog'],
      ['parked.example', 'parked', '/home2/bob/public_html'],
      ['carol.example', 'main', '/home/carol/public_html'],
    ]);
    const args = {
      'api.filter.enable': '1',
      'api.filter.a.field': 'domain_type',
      'api.filter.a.arg0': 'sub',
    };
    expect((await call('get_domain_info', args)).data?.domains).toMatchObject([
      { domain: 'blog.shop.example' },
    ]);
    const sorted = {
      'api.sort.enable': '1',
      'api.sort.a.field': 'domain',
      'api.chunk.enable': '1',
      'api.chunk.size': '1',
    };
    expect((await call('get_domain_info', sorted)).data?.domains).toMatchObject([
      { domain: 'addon.example' },
    ]);
    expect(
      (await call('get_domain_info', {}, reseller('alice', 'acct-summary'))).data?.domains,
    ).toMatchObject([{ domain: 'carol.example' }]);
  });

  it('have the owner and the virtual host of their account', async () => {
    expect((await call('getdomainowner', { domain: 'Addon.example' })).data).toEqual({ user: 'bob' });
    expect((await call('domainuserdata', { domain: 'addon.example' })).data?.userdata).toMatchObject({
      documentroot: '/home2/bob/public_html/blog',
      servername: 'blog.shop.example',
      user: 'bob',
    });
    const alice = reseller('alice', 'list-accts', 'acct-summary');
    expect((await call('getdomainowner', { domain: 'addon.example' }, alice)).data).toEqual({ user: null });
  });

  it('cannot be given to another account, as its main domain or its zone', async () => {
    expect(await reasonOf('createacct', { username: 'dave', domain: 'parked.example' })).toMatch(
      'The domain “parked.example” already belongs to an account. Choose another domain.',
    );
    expect(await reasonOf('modifyacct', { user: 'carol', DNS: 'addon.example' })).toMatch(
      'The domain “addon.example” already belongs to an account. Choose another domain.',
    );
    expect(
      await reasonOf('adddns', { domain: 'parked.example', ip: '192.0.2.1', trueowner: 'carol' }),
    ).toMatch('The domain “parked.example” belongs to the account “bob”.');
  });
});

test('an account can have more domains than a statement has values', async () => {
  const count = 12_000;
  await here.engine.store.transaction('changes', async (db) => {
    for (let at = 0; at < count; at++) {
      await hostedDomains.insert(db, {
        ...{ domain: `p${at}.example`, username: 'bob', type: 'parked' },
        ...{ servedBy: 'shop.example', documentRoot: null },
      });
    }
    // A name of another account is not an alias.
    await db.run(`UPDATE account SET domain = 'www.p7.example' WHERE username = 'carol'`);
    return { value: undefined, keep: true };
  });
  const hosts = await here.engine.store.transaction('reads', async (db) => {
    const bob = { username: 'bob', domain: 'shop.example', home: '/home2/bob' };
    return { value: await virtualHostsOf(db, bob), keep: false };
  });
  expect(hosts.map(({ servername, parked }) => [servername, parked.length])).toEqual([
    ['shop.example', count],
  ]);
  const [{ aliases } = { aliases: [] }] = hosts;
  expect(aliases).toContain('www.p8.example');
  expect(aliases).not.toContain('www.p7.example');
});
