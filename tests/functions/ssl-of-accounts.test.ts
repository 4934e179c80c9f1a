// The certificates in the life of an account.
import { X509Certificate } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Authority, selfSigned, type Issued } from '../support/certificates.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await succeed('createacct', { username: 'bob', domain: 'bob.example' });
});
afterEach(() => here.remove());

async function succeed(command: string, args: Record<string, string>) {
  const { metadata, data } = await here.call(command, args);
  expect(metadata).toMatchObject({ result: 1 });
  return data;
}

const folder = () => join(here.state, 'root/etc/ssl/whmapi1/sites');
const files = () => readdirSync(folder()).sort();
const onlyFile = () => {
  const [name = '', ...others] = files();
  expect(others).toEqual([]);
  return readFileSync(join(folder(), name), 'utf8');
};
const configuration = (username: string) =>
  join(here.state, `root/etc/apache2/whmapi1/accounts/${username}.conf`);
const namedIn = (username: string) =>
  [...readFileSync(configuration(username), 'utf8').matchAll(/sites\/(\S+?\.pem)/g)].map(([, name]) => name);

interface Site {
  readonly servername: string;
  readonly user: string;
  readonly crt: { readonly domains: readonly string[]; readonly is_self_signed: number };
}
const sites = async () =>
  ((await here.call('fetch_ssl_vhosts')).data as unknown as { vhosts: Site[] }).vhosts;

const namesOf = (domain: string) => [
  domain,
  ...['www', 'mail', 'cpanel', 'webmail'].map((prefix) => `${prefix}.${domain}`),
];

test('a new account answers with a self-signed certificate of all its names', async () => {
  const pem = onlyFile();
  const certificate = new X509Certificate(pem.slice(pem.indexOf('-----BEGIN CERT')));
  expect(certificate.subjectAltName).toBe(
    namesOf('bob.example')
      .map((name) => `DNS:${name}`)
      .join(', '),
  );
  expect([...new Set(namedIn('bob'))]).toEqual(files());
  expect(await sites()).toMatchObject([
    { servername: 'bob.example', user: 'bob', crt: { is_self_signed: 1 } },
  ]);
});

test('a long domain, which cannot be a common name, has a certificate and a file as well', async () => {
  const domain = `${`${'a'.repeat(63)}.`.repeat(3)}example`;
  await succeed('createacct', { username: 'ann', domain });
  const site = (await sites()).find(({ user }) => user === 'ann');
  expect(site?.crt.domains).toEqual(namesOf(domain));
  expect(files()).toHaveLength(2);
});

test('a reseller sees the sites of its accounts', async () => {
  await addAccounts(here, anAccount({ username: 'rosa', owner: 'rita', domain: 'rosa.example' }));
  const as = reseller('rita', 'ssl');
  const issued = await selfSigned({ domains: ['rosa.example'] });
  const { metadata } = await here.call('installssl', { domain: 'rosa.example', ...issued }, { as });
  expect(metadata).toMatchObject({ result: 1 });
  const { data } = await here.call('fetch_vhost_ssl_components', {}, { as });
  expect(data).toMatchObject({ components: [{ servername: 'rosa.example', key: issued.key }] });
  expect(await sites()).toHaveLength(2);
});

test('a renamed account keeps its certificate', async () => {
  const before = onlyFile();
  await succeed('modifyacct', { user: 'bob', newuser: 'robert' });
  expect(onlyFile()).toBe(before);
  expect([...new Set(namedIn('robert'))]).toEqual(files());
  expect(await sites()).toMatchObject([{ servername: 'bob.example', user: 'robert' }]);
  // The key can still be decrypted.
  expect(await succeed('fetch_vhost_ssl_components', {})).toMatchObject({
    components: [{ key: before.slice(0, before.indexOf('-----BEGIN CERT')) }],
  });
});

test('another main domain gets a certificate of its own', async () => {
  await succeed('modifyacct', { user: 'bob', domain: 'robert.example' });
  expect(onlyFile()).toContain('BEGIN PRIVATE KEY');
  expect(files()[0]).toMatch(/^robert\.example-/);
  expect([...new Set(namedIn('bob'))]).toEqual(files());
  expect(await sites()).toMatchObject([
    {
      servername: 'robert.example',
      crt: { domains: namesOf('robert.example') },
    },
  ]);
});

describe('another main domain', () => {
  const change = (args: Record<string, string> = {}) =>
    succeed('modifyacct', { user: 'bob', domain: 'robert.example', ...args });
  const install = (issued: Issued) => succeed('installssl', { domain: 'bob.example', ...issued });
  let authority: Authority;
  beforeAll(async () => {
    authority = await Authority.root('Test Root');
  });

  it('keeps a certificate that secures it, also of a renamed account', async () => {
    const issued = await authority.issue({ domains: ['bob.example', 'robert.example', '*.robert.example'] });
    await install(issued);
    await change({ newuser: 'robert' });
    expect(onlyFile()).toContain(issued.crt.trim());
    expect(onlyFile()).toContain(issued.key.trim());
    expect(files()[0]).toMatch(/^robert\.example-/);
    expect([...new Set(namedIn('robert'))]).toEqual(files());
    expect(await sites()).toMatchObject([{ servername: 'robert.example', user: 'robert' }]);
    expect(await succeed('fetch_vhost_ssl_components', {})).toMatchObject({
      components: [{ key: issued.key }],
    });
  });

  it('takes the one that secures most of its names', async () => {
    const narrow = await authority.issue({ domains: ['bob.example', 'robert.example'] });
    const wide = await authority.issue({ domains: ['bob.example', 'robert.example', 'www.robert.example'] });
    const other = await authority.issue({ domains: ['bob.example', 'www.robert.example'] });
    for (const issued of [narrow, wide, other]) await install(issued);
    await change();
    expect(onlyFile()).toContain(wide.crt.trim());
  });

  it('does not take one that has expired, or that is self-signed', async () => {
    const domains = ['bob.example', 'robert.example'];
    await install(await authority.issue({ domains, until: '2026-03-05' }));
    await install(await selfSigned({ domains }));
    here.time = Date.parse('2026-03-06T00:00:00Z');
    await change();
    expect((await sites())[0]?.crt).toMatchObject({
      domains: namesOf('robert.example'),
      is_self_signed: 1,
    });
  });
});

test('a removed account leaves no key', async () => {
  await succeed('removeacct', { user: 'bob' });
  expect(files()).toEqual([]);
  const rows = await here.engine.store.transaction('reads', async (db) => ({
    value: await db.all('SELECT username FROM certificate_key'),
    keep: false,
  }));
  expect(rows).toEqual([]);
});

describe('if the web server’s step fails', () => {
  let issued: Issued;
  beforeAll(async () => {
    issued = await selfSigned({ domains: ['bob.example'] });
  });

  test('the former certificate stays, on the disk and in the store', async () => {
    const before = [onlyFile(), await sites()];
    // A file that was edited by hand is not overwritten.
    appendFileSync(configuration('bob'), '# by hand\n');
    const { metadata } = await here.call('installssl', { domain: 'bob.example', ...issued });
    expect(metadata).toMatchObject({ error_code: 'host_failed' });
    expect(metadata.reason).toContain('was edited by hand');
    expect([onlyFile(), await sites()]).toEqual(before);
  });

  test('an account whose removal was begun leaves no key, and a task does the rest', async () => {
    const users = await here.engine.machine.users();
    here.overrides.machine = {
      ...here.engine.machine,
      users: async () =>
        new Proxy(users, {
          get: (target, name) => {
            if (name === 'remove') throw new Error('No users.');
            const method: unknown = Reflect.get(target, name);
            return typeof method === 'function' ? (method.bind(target) as unknown) : method;
          },
        }),
    };
    const { metadata } = await here.call('removeacct', { user: 'bob' });
    here.overrides = {};
    expect(metadata).toMatchObject({
      result: 0,
      reason: expect.stringContaining('(finish-operation) does the rest') as string,
    });
    expect(files()).toEqual([]);
  });
});
