// The domains of an account besides its main domain: create_subdomain, create_parked_domain_for_user, delete_domain.
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Caller } from '../../src/core/context.ts';
import type { Json } from '../../src/core/values.ts';
import { Installation, reseller } from '../support/installation.ts';
import { installPhp, poolFile, poolNames } from '../support/php.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  installPhp(here, '8.4');
  await succeed('createacct', { username: 'bob', domain: 'bob.example' });
});
afterEach(() => here.remove());

type Arguments = Readonly<Record<string, Json>>;

async function succeed(command: string, args: Arguments = {}, as?: Caller) {
  const { metadata, data } = await here.call(command, args, as === undefined ? {} : { as });
  expect([command, metadata.result === 1 ? '' : metadata.reason]).toEqual([command, '']);
  return data as Record<string, unknown>;
}
async function failure(command: string, args: Arguments, as?: Caller): Promise<string> {
  const before = state();
  const { metadata } = await here.call(command, args, as === undefined ? {} : { as });
  expect([command, metadata.result]).toEqual([command, 0]);
  expect(state()).toEqual(before);
  return `${metadata.error_code}: ${metadata.reason}`;
}

const inRoot = (path: string) => join(here.state, 'root', path);
const web = (username = 'bob') =>
  readFileSync(inRoot(`etc/apache2/whmapi1/accounts/${username}.conf`), 'utf8');
const values = (directive: string) => [
  ...new Set([...web().matchAll(new RegExp(`^\\s*${directive} (.*)$`, 'gm'))].map(([, value]) => value)),
];
/** Everything that a call that fails must leave as it was. */
function state(): unknown {
  const names = (folder: string) => (existsSync(inRoot(folder)) ? readdirSync(inRoot(folder)).sort() : []);
  return [
    web(),
    poolFile(here, '8.4', 'bob'),
    names('etc/ssl/whmapi1/sites'),
    names('home/bob/public_html'),
    names('home/bob'),
  ];
}
/** The records of a zone as `name type data`. */
async function records(zone: string): Promise<string[]> {
  const { metadata, data } = await here.call('dumpzone', { domain: zone });
  if (metadata.result !== 1) return [metadata.reason];
  const [first] = (data as { zone: { record: Record<string, string>[] }[] }).zone;
  return (first?.record ?? [])
    .filter(({ type }) => ['A', 'AAAA', 'CNAME', 'MX'].includes(type ?? ''))
    .map(({ name, type, address, cname, exchange }) => `${name} ${type} ${address ?? cname ?? exchange}`);
}
const shop = { domain: 'shop.bob.example', document_root: 'public_html/shop' };
const domainsOf = async () => {
  const { domains } = await succeed('get_domain_info');
  return (domains as { domain: string; domain_type: string; docroot: string }[]).map(
    ({ domain, domain_type: type, docroot }) => [domain, type, docroot],
  );
};

describe('create_subdomain', () => {
  it('makes a virtual host, a folder, a certificate, a pool and records', async () => {
    expect(await succeed('create_subdomain', shop)).toEqual({ username: 'bob' });
    expect(values('ServerName')).toEqual(['bob.example', 'shop.bob.example']);
    expect(values('ServerAlias')).toEqual([
      'www.bob.example mail.bob.example cpanel.bob.example webmail.bob.example',
      'www.shop.bob.example',
    ]);
    expect(values('DocumentRoot')).toEqual([
      expect.stringMatching(/\/home\/bob\/public_html"$/),
      expect.stringMatching(/\/home\/bob\/public_html\/shop"$/),
    ]);
    expect(values('SSLCertificateFile')).toHaveLength(2);
    expect(existsSync(inRoot('home/bob/public_html/shop'))).toBe(true);
    expect(poolNames(poolFile(here, '8.4', 'bob'))).toEqual(['bob.example', 'shop.bob.example']);
    expect(await records('bob.example')).toEqual(
      expect.arrayContaining(['shop.bob.example. A 192.0.2.1', 'www.shop.bob.example. A 192.0.2.1']),
    );
    expect(await domainsOf()).toEqual([
      ['bob.example', 'main', '/home/bob/public_html'],
      ['shop.bob.example', 'sub', '/home/bob/public_html/shop'],
    ]);
  });

  it('does nothing in a dry run, and says what it would do', async () => {
    const before = state();
    const { metadata } = await here.call('create_subdomain', shop, { dryRun: true });
    expect(JSON.stringify(metadata)).toContain(
      'Make the folder “/home/bob/public_html/shop” for the web server.',
    );
    expect(state()).toEqual(before);
  });

  it('keeps an existing folder with its files, and records that somebody added', async () => {
    mkdirSync(inRoot('home/bob/public_html/shop'), { recursive: true });
    writeFileSync(inRoot('home/bob/public_html/shop/index.html'), 'hello');
    const record = { domain: 'bob.example', name: 'shop', type: 'A', address: '198.51.100.7' };
    await succeed('addzonerecord', record);
    await succeed('create_subdomain', shop);
    expect(readFileSync(inRoot('home/bob/public_html/shop/index.html'), 'utf8')).toBe('hello');
    const addresses = (await records('bob.example')).filter((one) => one.startsWith('shop.'));
    expect(addresses).toEqual(['shop.bob.example. A 198.51.100.7']);
    await succeed('delete_domain', { domain: 'shop.bob.example' });
    expect(await records('bob.example')).toContain('shop.bob.example. A 198.51.100.7');
    expect(readFileSync(inRoot('home/bob/public_html/shop/index.html'), 'utf8')).toBe('hello');
  });

  it('follows no link of the user, and then changes nothing', async () => {
    mkdirSync(inRoot('victim'));
    symlinkSync(inRoot('victim'), inRoot('home/bob/public_html/link'));
    for (const document_root of ['public_html/link', 'public_html/link/shop']) {
      expect(await failure('create_subdomain', { ...shop, document_root })).toMatch(
        /^host_failed: “\/home\/bob\/public_html\/link” is a link or a file, so it cannot be a document root/,
      );
    }
    expect(readdirSync(inRoot('victim'))).toEqual([]);
  });

  it('undoes everything if a later step fails', async () => {
    const file = inRoot('etc/apache2/whmapi1/accounts/bob.conf');
    const present = readFileSync(file, 'utf8');
    // A file that somebody has edited is not overwritten. The folder, certificate and pool are there before.
    writeFileSync(file, `${present}# edited\n`);
    expect(await failure('create_subdomain', shop)).toMatch(/^host_failed: .*bob\.conf/);
    expect(await domainsOf()).toHaveLength(1);
    writeFileSync(file, present);
    await succeed('create_subdomain', shop);
  });

  it('rejects document roots that are not folders of the websites', async () => {
    for (const [document_root, reason] of [
      ['../carol/public_html', 'The parameter “document_root” should be a folder below the home'],
      ['/home/carol/public_html', 'The parameter “document_root” should be in the home “/home/bob”'],
      ['public_html/a"b', 'The parameter “document_root” should be a folder below the home'],
      ['public_html/.ssh', 'The parameter “document_root” should be a folder below the home'],
      ['/home/bob', 'The parameter “document_root” should be a folder below the home'],
      ['shop', 'The parameter “document_root” should begin with public_html/, not “shop”'],
    ] as const) {
      const failed = await failure('create_subdomain', { ...shop, document_root });
      expect([document_root, failed]).toEqual([
        document_root,
        expect.stringContaining(`bad_param: ${reason}`),
      ]);
    }
  });

  it('accepts a folder outside of public_html if the tweak setting allows it, except those with a purpose', async () => {
    await succeed('set_tweaksetting', { key: 'publichtmlsubsonly', value: '0' });
    expect(await failure('create_subdomain', { ...shop, document_root: 'mail/x' })).toContain(
      'The folder “mail” of the home has another purpose',
    );
    await succeed('create_subdomain', { ...shop, document_root: '/home/bob/sites/shop' });
    expect(values('DocumentRoot')[1]).toMatch(/\/home\/bob\/sites\/shop"$/);
  });

  it('rejects names of others, and those that the account has, is for the reseller who owns it, and not while it is suspended', async () => {
    for (const [domain, reason] of [
      ['bob.example', '“bob.example” is not a subdomain of a domain of your accounts'],
      ['shop.carol.example', '“shop.carol.example” is not a subdomain of a domain of your accounts'],
      ['www.bob.example', '“www.bob.example” is already an alias of the domain “bob.example”'],
      ['mail.bob.example', '“mail.bob.example” is already an alias of the domain “bob.example”'],
    ] as const) {
      const failed = await failure('create_subdomain', { ...shop, domain });
      expect([domain, failed]).toEqual([domain, expect.stringContaining(`bad_param: ${reason}`)]);
    }
    const rita = reseller('rita', 'edit-account');
    expect(await failure('create_subdomain', shop, rita)).toContain('is not a subdomain of a domain of your');
    await succeed('suspendacct', { user: 'bob' });
    expect(await failure('create_subdomain', shop)).toContain('The account “bob” is suspended.');
  });

  it('rejects a subdomain that exists, and subdomains beyond the limit, also of calls at the same time', async () => {
    await succeed('modifyacct', { user: 'bob', MAXSUB: '2' });
    await succeed('create_subdomain', shop);
    expect(await failure('create_subdomain', shop)).toContain('already belongs to an account');
    const both = await Promise.all(
      ['a', 'b'].map((name) => here.call('create_subdomain', { ...shop, domain: `${name}.bob.example` })),
    );
    expect(both.map(({ metadata }) => metadata.result).sort()).toEqual([0, 1]);
    expect(await failure('create_subdomain', { ...shop, domain: 'c.bob.example' })).toContain(
      'limit_reached: The account “bob” may have 2 subdomains, and has 2.',
    );
  });

  it('adds no records if the tweak setting autocreateaentries is off, or the zone is elsewhere', async () => {
    await succeed('set_tweaksetting', { key: 'autocreateaentries', value: '0' });
    await succeed('create_subdomain', shop);
    expect((await records('bob.example')).join()).not.toContain('shop');
    await succeed('set_tweaksetting', { key: 'autocreateaentries', value: '1' });
    await succeed('killdns', { domain: 'bob.example' });
    const { metadata } = await here.call('create_subdomain', { ...shop, domain: 'blog.bob.example' });
    expect(JSON.stringify(metadata)).toContain('The DNS zone of “blog.bob.example” is not on this server');
  });
});

describe('create_parked_domain_for_user', () => {
  const park = { domain: 'bob.test', username: 'bob', web_vhost_domain: 'bob.example' };

  it('adds an alias of the main domain with a zone: a parked domain', async () => {
    await succeed('create_parked_domain_for_user', park);
    expect(values('ServerAlias')).toEqual([
      'bob.test www.bob.example www.bob.test mail.bob.example mail.bob.test ' +
        'cpanel.bob.example webmail.bob.example cpanel.bob.test webmail.bob.test',
    ]);
    expect(await records('bob.test')).toEqual(
      expect.arrayContaining(['bob.test. A 192.0.2.1', 'www.bob.test. CNAME bob.test']),
    );
    expect(await domainsOf()).toContainEqual(['bob.test', 'parked', '/home/bob/public_html']);
    expect(await succeed('domainuserdata', { domain: 'bob.test' })).toMatchObject({
      userdata: { user: 'bob', servername: 'bob.example' },
    });
    expect(await succeed('delete_domain', { domain: 'bob.test' })).toEqual({
      type: 'parked',
      username: 'bob',
    });
    expect(await records('bob.test')).toEqual([expect.stringMatching(/exist/)]);
    expect(await domainsOf()).toHaveLength(1);
  });

  it('adds an alias of a subdomain: an addon domain, which is removed with its subdomain', async () => {
    await succeed('create_subdomain', shop);
    await succeed('modifyacct', { user: 'bob', MAXADDON: '1' });
    await succeed('create_parked_domain_for_user', { ...park, web_vhost_domain: 'shop.bob.example' });
    expect(await domainsOf()).toContainEqual(['bob.test', 'addon', '/home/bob/public_html/shop']);
    expect(await failure('delete_domain', { domain: 'shop.bob.example' })).toContain(
      'The subdomain “shop.bob.example” serves the domain “bob.test”. Remove that domain first.',
    );
    await succeed('create_subdomain', { ...shop, domain: 'blog.bob.test' });
    expect(await records('bob.test')).toContain('blog.bob.test. A 192.0.2.1');
    expect(await failure('delete_domain', { domain: 'bob.test' })).toContain(
      '“blog.bob.test” is a subdomain of “bob.test”. Remove it first.',
    );
    await succeed('delete_domain', { domain: 'blog.bob.test' });
    expect(await succeed('delete_domain', { domain: 'bob.test' })).toEqual({
      type: 'addon',
      username: 'bob',
    });
    expect(await domainsOf()).toEqual([['bob.example', 'main', '/home/bob/public_html']]);
    expect(poolNames(poolFile(here, '8.4', 'bob'))).toEqual(['bob.example']);
    expect((await records('bob.example')).join()).not.toContain('shop');
    expect(readdirSync(inRoot('etc/ssl/whmapi1/sites'))).toHaveLength(1);
  });

  it('counts towards the limits of the package, which are 0 for parked and addon domains', async () => {
    await succeed('modifyacct', { user: 'bob', MAXPARK: '0', MAXADDON: '0' });
    expect(await failure('create_parked_domain_for_user', park)).toContain(
      'limit_reached: The account “bob” may have 0 parked domains, and has 0.',
    );
    await succeed('create_subdomain', shop);
    expect(
      await failure('create_parked_domain_for_user', { ...park, web_vhost_domain: 'shop.bob.example' }),
    ).toContain('may have 0 addon domains');
  });

  it('rejects taken domains, the server’s name, foreign virtual hosts and zones that exist', async () => {
    await succeed('createacct', { username: 'carol', domain: 'carol.example' });
    const reasonFor = (args: Arguments) => failure('create_parked_domain_for_user', { ...park, ...args });
    expect(await reasonFor({ domain: 'carol.example' })).toContain('already belongs to an account');
    expect(await reasonFor({ domain: 'www.carol.example' })).toContain(
      'already an alias of the domain “carol.exa',
    );
    expect(await reasonFor({ domain: 'server.example.com' })).toContain('is the name of this server');
    expect(await reasonFor({ web_vhost_domain: 'carol.example' })).toContain(
      'bad_param: The parameter “web_vhost_domain” should be the main domain or a subdomain of “bob”',
    );
    await succeed('adddns', { domain: 'bob.test', ip: '192.0.2.9' });
    expect(await reasonFor({})).toContain('The DNS zone “bob.test” already exists.');
  });

  it('keeps a zone that was added for the account', async () => {
    await succeed('adddns', { domain: 'bob.test', ip: '192.0.2.9', trueowner: 'bob' });
    await succeed('create_parked_domain_for_user', park);
    expect(await records('bob.test')).toContain('bob.test. A 192.0.2.9');
  });

  it('binds resellers to the tweak settings for domains', async () => {
    const rita = reseller('rita', 'park-dns');
    await succeed('createacct', { username: 'carol', domain: 'carol.example' });
    await succeed('createacct', { username: 'rita', domain: 'rita.example', reseller: '1' });
    await succeed('modifyacct', { user: 'bob', owner: 'rita' });
    const reasonFor = (domain: string) => failure('create_parked_domain_for_user', { ...park, domain }, rita);
    expect(await reasonFor('new.carol.example')).toMatch(/^denied: .*subdomain of another user’s domain/);
    expect(await reasonFor('example')).toMatch(/bad_param/);
    expect(await reasonFor('example.com')).toContain(
      'denied: “example.com” contains the name of this server',
    );
    expect(await reasonFor('x.server.example.com')).toContain('allowparkhostnamedomainsubdomains');
    expect(await reasonFor('google.com')).toContain('denied: “google.com” is a well-known domain of others');
    await succeed('set_tweaksetting', { key: 'blockcommondomains', value: '0' });
    await succeed('create_parked_domain_for_user', { ...park, domain: 'google.com' }, rita);
    await succeed('set_tweaksetting', { key: 'allowparkhostnamedomainsubdomains', value: '1' });
    await succeed('create_parked_domain_for_user', { ...park, domain: 'x.server.example.com' }, rita);
    await succeed('set_tweaksetting', { key: 'allowwhmparkonothers', value: '1' });
    await succeed('create_parked_domain_for_user', { ...park, domain: 'new.carol.example' }, rita);
  });
});

describe('delete_domain', () => {
  it('rejects main domains, unknown domains, those of others, and the one that answers for unknown names', async () => {
    expect(await failure('delete_domain', { domain: 'bob.example' })).toContain(
      'bad_param: “bob.example” is the main domain of “bob”.',
    );
    const unknown = 'not_found: You do not have an account with the domain “shop.bob.example”.';
    expect(await failure('delete_domain', { domain: 'shop.bob.example' })).toBe(unknown);
    await succeed('create_subdomain', shop);
    const rita = reseller('rita', 'edit-account');
    expect(await failure('delete_domain', { domain: 'shop.bob.example' }, rita)).toBe(unknown);
    await succeed('set_primary_servername', { servername: 'shop.bob.example', type: 'std' });
    expect(await failure('delete_domain', { domain: 'shop.bob.example' })).toContain(
      '“shop.bob.example” answers for unknown names.',
    );
  });
});

describe('the subdomains of an account that gets another domain', () => {
  beforeEach(() => succeed('create_subdomain', shop));

  it('become subdomains of the new one, with their records, pools and files', async () => {
    await succeed('modifyacct', { user: 'bob', DNS: 'bob.org' });
    expect(web('bob')).toContain('ServerName shop.bob.org');
    expect(web('bob')).toContain('/home/bob/public_html/shop"');
    expect(web('bob')).not.toContain('bob.example');
    expect(poolNames(poolFile(here, '8.4', 'bob'))).toEqual(['bob.org', 'shop.bob.org']);
    expect(readdirSync(inRoot('etc/ssl/whmapi1/sites')).join()).not.toContain('bob.example');
    expect((await records('bob.org')).filter((line) => line.startsWith('shop.'))).toHaveLength(1);
    await succeed('createacct', { username: 'carol', domain: 'shop.bob.example' });
    await succeed('delete_domain', { domain: 'shop.bob.org' });
  });

  it('have a zone of their own that follows, if there is one', async () => {
    await succeed('adddns', { domain: 'shop.bob.example', ip: '192.0.2.1', trueowner: 'bob' });
    await succeed('modifyacct', { user: 'bob', DNS: 'bob.org' });
    expect(await records('shop.bob.example')).toEqual([expect.stringMatching(/exist/)]);
    expect(await records('shop.bob.org')).not.toEqual([expect.stringMatching(/exist/)]);
  });

  it('are refused a name that belongs to somebody, and nothing changes', async () => {
    await succeed('createacct', { username: 'carol', domain: 'shop.bob.org' });
    expect(await failure('modifyacct', { user: 'bob', DNS: 'bob.org' })).toBe(
      'bad_param: With the domain “bob.org”, a subdomain would be called “shop.bob.org”, which already belongs to an ' +
        'account. Remove one of the two with delete_domain first. Its files stay.',
    );
    expect(web('bob')).toContain('ServerName shop.bob.example');
  });

  it('stay below an addon domain that is itself below the main domain', async () => {
    const parked = { domain: 'team.bob.example', username: 'bob', web_vhost_domain: 'shop.bob.example' };
    await succeed('create_parked_domain_for_user', parked);
    await succeed('create_subdomain', { ...shop, domain: 'wiki.team.bob.example' });
    await succeed('modifyacct', { user: 'bob', DNS: 'bob.org' });
    expect(web('bob')).toContain('ServerName wiki.team.bob.example');
    expect(web('bob')).toContain('ServerName shop.bob.org');
  });
});

describe('an API token with fewer privileges than its reseller', () => {
  it('changes no domains of the reseller’s own account', async () => {
    await succeed('create_subdomain', shop);
    await succeed('setupreseller', { user: 'bob', makeowner: '1' });
    const token: Caller = { ...reseller('bob', 'edit-account'), isLimited: true };
    const reason = /^denied: .*with an API token that has fewer privileges than its owner/;
    const blog = { ...shop, domain: 'blog.bob.example' };
    expect(await failure('create_subdomain', blog, token)).toMatch(reason);
    expect(await failure('delete_domain', { domain: 'shop.bob.example' }, token)).toMatch(reason);
    await succeed('create_subdomain', blog, reseller('bob', 'edit-account'));
  });
});

describe('the domains of an account', () => {
  it('follow its new name, its suspension and its removal', async () => {
    await succeed('create_subdomain', shop);
    await succeed('create_parked_domain_for_user', {
      domain: 'bob.test',
      username: 'bob',
      web_vhost_domain: 'bob.example',
    });
    await succeed('modifyacct', { user: 'bob', newuser: 'robert' });
    expect(web('robert')).toContain('/home/robert/public_html/shop"');
    expect(poolNames(poolFile(here, '8.4', 'robert'))).toEqual(['bob.example', 'shop.bob.example']);
    await succeed('suspendacct', { user: 'robert' });
    expect(readdirSync(inRoot('var/lib/whmapi1-suspensions'))).toEqual(['robert']);
    // A suspended account can lose domains.
    await succeed('delete_domain', { domain: 'bob.test' });
    expect(web('robert')).not.toContain('bob.test');
    expect(readdirSync(inRoot('var/lib/whmapi1-suspensions'))).toEqual(['robert']);
    await succeed('removeacct', { username: 'robert' });
    expect(readdirSync(inRoot('etc/ssl/whmapi1/sites'))).toEqual([]);
    expect(await records('bob.example')).toEqual([expect.stringMatching(/exist/)]);
    await succeed('createacct', { username: 'carol', domain: 'shop.bob.example' });
  });
});
