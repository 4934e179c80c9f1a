// The domains of an account, by UAPI and API 2: DomainInfo, SubDomain, AddonDomain, Park, WebVhosts, DomainLookup.
import { Installation } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
let here: Installation;

beforeAll(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve']) {
    await here.call('createacct', { username, domain: `${username}.example`, password, maxaddon: '2' });
  }
});
afterAll(() => here.remove());

type Arguments = Readonly<Record<string, string>>;

async function succeed(name: string, args: Arguments = {}, user = 'bob') {
  const { errors, data } = await here.uapi(user, name, args);
  expect([name, errors]).toEqual([name, null]);
  return data;
}
async function failure(name: string, args: Arguments, user = 'bob'): Promise<string> {
  const { status, errors } = await here.uapi(user, name, args);
  expect([name, status]).toEqual([name, 0]);
  return String(errors?.[0]);
}
const namesOf = async (user = 'bob') => {
  const {
    sub_domains: sub,
    addon_domains: addon,
    parked_domains: parked,
  } = (await succeed('DomainInfo::list_domains', {}, user)) as Record<string, string[]>;
  return { sub, addon, parked };
};
const shopRow = {
  basedir: 'public_html/shop',
  dir: '/home/bob/public_html/shop',
  domain: 'shop.bob.example',
  domainkey: 'shop_bob.example',
  reldir: 'home:public_html/shop',
  rootdomain: 'bob.example',
  status: 'not redirected',
  subdomain: 'shop',
  web_subdomain_aliases: ['www'],
};
const addonRow = {
  basedir: 'public_html/addon.example',
  dir: '/home/bob/public_html/addon.example',
  domain: 'addon.example',
  domainkey: 'addon_bob.example',
  fullsubdomain: 'addon.bob.example',
  reldir: 'home:public_html/addon.example',
  rootdomain: 'bob.example',
  status: 'not redirected',
  subdomain: 'addon',
  web_subdomain_aliases: ['www', 'mail'],
};

// The tests of a group build on each other.
describe('by UAPI', () => {
  it('SubDomain::addsubdomain adds a subdomain, in the forms that clients send', async () => {
    expect(
      await succeed('SubDomain::addsubdomain', {
        domain: 'shop',
        rootdomain: 'bob.example',
        dir: '/public_html/shop',
      }),
    ).toBeNull();
    await succeed('SubDomain::addsubdomain', { domain: 'a.b.bob.example', rootdomain: 'bob.example' });
    await succeed('SubDomain::addsubdomain', { domain: 'c.d', rootdomain: 'bob.example', disallowdot: '1' });
    expect((await namesOf()).sub).toEqual(['a.b.bob.example', 'cd.bob.example', 'shop.bob.example']);
    expect(await failure('SubDomain::addsubdomain', { domain: 'x', rootdomain: 'eve.example' })).toContain(
      'The parameter “rootdomain” should be a domain of your account, not “eve.example”.',
    );
    expect(
      await failure('SubDomain::addsubdomain', { domain: 'x', rootdomain: 'bob.example', dir: '../eve' }),
    ).toContain('The parameter “dir” should be a folder below the home');
    expect(await failure('SubDomain::addsubdomain', { domain: 'www', rootdomain: 'bob.example' })).toContain(
      'already an alias',
    );
  });

  it('SubDomain::listsubdomains and its regular expression', async () => {
    expect(await succeed('SubDomain::listsubdomains', { regex: '^shop' })).toEqual([shopRow]);
    expect(await succeed('SubDomain::listsubdomains')).toHaveLength(3);
    expect(await succeed('SubDomain::listsubdomains', {}, 'eve')).toEqual([]);
    expect(await failure('SubDomain::listsubdomains', { regex: '(' })).toContain('regular expression');
  });

  it('SubDomain::changedocroot moves the document root', async () => {
    expect(
      await succeed('SubDomain::changedocroot', { domain: 'cd.bob.example', docroot: 'public_html/new' }),
    ).toEqual({ documentroot: '/home/bob/public_html/new' });
    const other = { domain: 'cd.bob.example', docroot: 'public_html/x' };
    expect(await failure('SubDomain::changedocroot', other, 'eve')).toContain(
      'should be a domain of your account',
    );
  });

  it('SubDomain::getreservedsubdomains and SubDomain::validregex', async () => {
    expect(await succeed('SubDomain::getreservedsubdomains')).toEqual(['mail', 'www']);
    await here.call('set_tweaksetting', { key: 'proxysubdomainsoverride', value: '0' });
    expect(await succeed('SubDomain::getreservedsubdomains')).toContain('webmail');
    expect(
      await failure('SubDomain::addsubdomain', { domain: 'webmail', rootdomain: 'bob.example' }),
    ).toContain('belongs to a service');
    const [expression = ''] = (await succeed('SubDomain::validregex')) as string[];
    expect(new RegExp(`^${expression}$`).test('shop')).toBe(true);
    expect(new RegExp(`^${expression}$`).test('a b')).toBe(false);
  });

  it('AddonDomain::addaddondomain and AddonDomain::listaddondomains', async () => {
    const addon = { newdomain: 'addon.example', subdomain: 'addon' };
    expect(await succeed('AddonDomain::addaddondomain', addon)).toEqual({ domain: 'addon.example' });
    expect(await succeed('AddonDomain::listaddondomains')).toEqual([addonRow]);
    expect(
      await failure('AddonDomain::addaddondomain', { newdomain: 'x.eve.example', subdomain: 'x' }),
    ).toContain('subdomain of another user’s domain');
    expect(
      await failure('AddonDomain::addaddondomain', { newdomain: 'eve.example', subdomain: 'x' }),
    ).toContain('already belongs to an account');
    await succeed('SubDomain::addsubdomain', { domain: 'blog', rootdomain: 'addon.example' });
    await succeed('SubDomain::delsubdomain', { domain: 'blog_addon.example' });
  });

  it('Park::park and Park::listparkeddomains', async () => {
    expect(await succeed('Park::park', { domain: 'bob.test' })).toBeNull();
    expect(await succeed('Park::listparkeddomains')).toEqual([
      {
        basedir: 'public_html',
        dir: '/home/bob/public_html',
        domain: 'bob.test',
        reldir: 'home:public_html',
        status: 'not redirected',
        web_subdomain_aliases: ['www', 'mail'],
      },
    ]);
    await succeed('Park::park', { domain: 'shop.test', topdomain: 'shop.bob.example' });
    expect(await failure('Park::park', { domain: 'x.test', topdomain: 'eve.example' })).toContain(
      'The parameter “topdomain” should be the main domain or a subdomain of “bob”',
    );
    expect(await namesOf()).toMatchObject({ addon: ['addon.example', 'shop.test'], parked: ['bob.test'] });
  });

  it('DomainInfo::domains_data, in both formats', async () => {
    const rows = (await succeed('DomainInfo::domains_data', { format: 'list' })) as Record<string, unknown>[];
    expect(rows.map(({ domain, type, servername }) => [domain, type, servername])).toEqual([
      ['bob.example', 'main_domain', 'bob.example'],
      ['a.b.bob.example', 'sub_domain', 'a.b.bob.example'],
      ['addon.bob.example', 'sub_domain', 'addon.bob.example'],
      ['addon.example', 'addon_domain', 'addon.bob.example'],
      ['bob.test', 'parked_domain', 'bob.example'],
      ['cd.bob.example', 'sub_domain', 'cd.bob.example'],
      ['shop.bob.example', 'sub_domain', 'shop.bob.example'],
      ['shop.test', 'addon_domain', 'shop.bob.example'],
    ]);
    expect(await succeed('DomainInfo::domains_data')).toMatchObject({
      main_domain: { domain: 'bob.example', documentroot: '/home/bob/public_html', user: 'bob' },
      addon_domains: [{ domain: 'addon.example' }, { domain: 'shop.test' }],
      parked_domains: ['bob.test'],
    });
  });

  it('DomainInfo::single_domain_data, DomainInfo::primary_domain and its aliases', async () => {
    expect(await succeed('DomainInfo::single_domain_data', { domain: 'addon.example' })).toEqual({
      customlog: [{ format: 'combined', target: '/var/log/whmapi1-domlogs/bob/addon.bob.example.log' }],
      documentroot: '/home/bob/public_html/addon.example',
      domain: 'addon.example',
      group: 'bob',
      hascgi: 1,
      homedir: '/home/bob',
      ip: '192.0.2.1',
      ipv6: null,
      owner: 'root',
      port: 80,
      scriptalias: [{ path: '/home/bob/public_html/addon.example/cgi-bin', url: '/cgi-bin/' }],
      serveradmin: 'webmaster@addon.bob.example',
      serveralias: 'addon.example www.addon.bob.example www.addon.example mail.addon.example',
      servername: 'addon.bob.example',
      type: 'addon_domain',
      usecanonicalname: 'Off',
      user: 'bob',
      userdirprotect: '',
    });
    expect(await failure('DomainInfo::single_domain_data', { domain: 'eve.example' })).toContain(
      'should be a domain of your account',
    );
    expect(await succeed('DomainInfo::primary_domain')).toEqual({ primary_domain: 'bob.example' });
    expect(await succeed('DomainInfo::main_domain_builtin_subdomain_aliases')).toEqual(['www', 'mail']);
  });

  it('WebVhosts::list_domains and WebVhosts::list_ssl_capable_domains', async () => {
    expect(await succeed('WebVhosts::list_domains')).toContainEqual({
      domain: 'bob.test',
      proxy_subdomains: ['cpanel.bob.test', 'webmail.bob.test'],
      vhost_is_ssl: 1,
      vhost_name: 'bob.example',
    });
    expect(await succeed('WebVhosts::list_ssl_capable_domains')).toContainEqual({
      domain: 'mail.bob.test',
      is_proxy: 0,
      vhost_name: 'bob.example',
    });
    expect(await succeed('WebVhosts::list_ssl_capable_domains')).toContainEqual({
      domain: 'cpanel.bob.test',
      is_proxy: 1,
      vhost_name: 'bob.example',
    });
  });

  it('DomainLookup::countbasedomains, DomainLookup::getbasedomains, DomainLookup::getdocroot and getdocroots', async () => {
    expect(await succeed('DomainLookup::countbasedomains')).toEqual([{ count: 4 }]);
    expect(await succeed('DomainLookup::getbasedomains')).toHaveLength(4);
    expect(await succeed('DomainLookup::getdocroot', { domain: 'shop.test' })).toEqual([
      { docroot: '/home/bob/public_html/shop', reldocroot: 'public_html/shop' },
    ]);
    expect(await succeed('DomainLookup::getdocroot')).toMatchObject([{ reldocroot: 'public_html' }]);
    expect(await failure('DomainLookup::getdocroot', { domain: 'eve.example' })).toContain('your account');
    expect(await succeed('DomainLookup::getdocroots')).toContainEqual({
      docroot: '/home/bob/public_html/new',
      domain: 'cd.bob.example',
    });
  });

  it('Park::unpark, AddonDomain::deladdondomain and SubDomain::delsubdomain remove only own domains', async () => {
    expect(await failure('Park::unpark', { domain: 'bob.test' }, 'eve')).toContain('of your account');
    expect(await failure('Park::unpark', { domain: 'addon.example' })).toContain('should be a parked domain');
    await succeed('Park::unpark', { domain: 'bob.test' });
    const addon = { domain: 'addon.example', subdomain: 'addon_bob.example' };
    expect(await failure('AddonDomain::deladdondomain', addon, 'eve')).toContain('of your account');
    expect(
      await failure('AddonDomain::deladdondomain', { ...addon, subdomain: 'shop.bob.example' }),
    ).toContain('is served by “addon.bob.example”, not by the given subdomain “shop.bob.example”.');
    await succeed('AddonDomain::deladdondomain', addon);
    await succeed('Park::unpark', { domain: 'shop.test', subdomain: 'shop' });
    expect(await failure('SubDomain::delsubdomain', { domain: 'a.b.bob.example' }, 'eve')).toContain(
      'The parameter “domain” should be a subdomain of your account',
    );
    await succeed('SubDomain::delsubdomain', { domain: 'a.b.bob.example' });
    await succeed('SubDomain::delsubdomain', { domain: 'cd.bob.example' });
    expect(await namesOf()).toEqual({ sub: [], addon: [], parked: [] });
  });

  it('needs the feature of the package', async () => {
    await here.call('add_override_features_for_user', { user: 'eve', features: '{"subdomains":"0"}' });
    expect(await failure('SubDomain::listsubdomains', {}, 'eve')).toMatch(/subdomains/);
  });
});

describe('by API 2', () => {
  const run = async (name: string, args: Arguments = {}) => (await here.api2('bob', name, args)).data;
  const done = (reason: string) => [{ result: 1, reason }];

  it('SubDomain::addsubdomain, SubDomain::listsubdomains, SubDomain::changedocroot, SubDomain::delsubdomain', async () => {
    const args = { domain: 'shop', rootdomain: 'bob.example', dir: 'public_html/shop' };
    expect(await run('SubDomain::addsubdomain', args)).toEqual(
      done('The subdomain “shop.bob.example” has been added.'),
    );
    expect(await run('SubDomain::addsubdomain', args)).toEqual([
      { result: 0, reason: expect.stringContaining('already belongs to an account') as string },
    ]);
    expect(await run('SubDomain::listsubdomains')).toEqual([shopRow]);
    expect(
      await run('SubDomain::changedocroot', {
        subdomain: 'shop',
        rootdomain: 'bob.example',
        dir: 'public_html/two',
      }),
    ).toEqual(done('The document root is now “/home/bob/public_html/two”.'));
    expect(await run('SubDomain::delsubdomain', { domain: 'shop_bob.example' })).toEqual(
      done('The subdomain “shop_bob.example” has been removed.'),
    );
  });

  it('AddonDomain::addaddondomain, its lists, and AddonDomain::deladdondomain', async () => {
    const addon = { newdomain: 'addon.example', subdomain: 'addon', dir: 'public_html/addon.example' };
    expect(await run('AddonDomain::addaddondomain', addon)).toMatchObject([{ result: 1 }]);
    expect(await run('AddonDomain::listaddondomains')).toEqual([addonRow]);
    expect(await run('Park::listaddondomains')).toEqual([addonRow]);
    expect(await run('DomainLookup::countbasedomains')).toEqual([{ count: 2 }]);
    expect(await run('DomainLookup::getdocroot', { domain: 'addon.example' })).toEqual([
      { docroot: '/home/bob/public_html/addon.example', reldocroot: 'public_html/addon.example' },
    ]);
    expect(await run('DomainLookup::getdocroots')).toHaveLength(3);
    const removed = { domain: 'addon.example', subdomain: 'addon_bob.example' };
    expect(await run('AddonDomain::deladdondomain', removed)).toMatchObject([{ result: 1 }]);
  });

  it('Park::park, Park::listparkeddomains and Park::unpark', async () => {
    expect(await run('Park::park', { domain: 'bob.test' })).toEqual(
      done('The domain “bob.test” has been parked.'),
    );
    expect(await run('Park::listparkeddomains')).toMatchObject([{ domain: 'bob.test' }]);
    expect(await run('Park::unpark', { domain: 'bob.test' })).toMatchObject([{ result: 1 }]);
    expect(await run('Park::unpark', { domain: 'bob.test' })).toMatchObject([{ result: 0 }]);
  });
});

test('Domain::is_temporary_domain and Domain::temporary_domain_is_disabled: there are none', async () => {
  expect(await succeed('Domain::is_temporary_domain', { domain: 'bob.example' })).toBe(0);
  expect(await failure('Domain::is_temporary_domain', { domain: 'eve.example' })).toContain('eve.example');
  expect(await succeed('Domain::temporary_domain_is_disabled')).toEqual({ is_disabled: 1 });
});

test('DomainInfo::single_domain_data has the IPv6 address of an account that has one', async () => {
  here.ipv6Addresses = ['2001:db8::2'];
  const { metadata } = await here.call('ipv6_enable_account', { user: 'eve', range: 'SHARED' });
  expect(metadata.reason).toBe('OK');
  const data = await succeed('DomainInfo::single_domain_data', { domain: 'eve.example' }, 'eve');
  expect(data).toMatchObject({ ipv6: '2001:db8::2' });
});
