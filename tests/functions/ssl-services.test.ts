// Certificates of the server's own services. That running servers load them without closing connections is tested in
// tests/process/daemon-certificates.test.ts.
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileOf } from '../../src/life/driver/service-certificates/declared-files.ts';
import { followOwnCertificate } from '../../src/capabilities/certificates/driver/service-certificates/daemon-files.ts';
import type { MachineOwnCertificate } from '../../src/core/machine.ts';
import { MachineError } from '../../src/core/machine-error.ts';
import type { Json } from '../../src/core/values.ts';
import { Authority, selfSigned, type Issued, type Wanted } from '../support/certificates.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
let authority: Authority;
let below: Authority;
beforeAll(async () => {
  authority = await Authority.root('Test Root');
  below = await authority.intermediate('Test Authority');
});
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const HOST = 'server.example.com';
const issue = (wanted: Wanted = {}) => below.issue({ domains: [HOST], ...wanted });
const bundle = () => `${authority.crt}${below.crt}`;
const install = (args: Record<string, Json>) =>
  here.call('install_service_ssl_certificate', { service: 'cpanel', ...args });
const stored = () => join(here.state, 'server.pem');
const etc = (path: string) => join(here.state, 'root/etc', path);

interface Component {
  service: string;
  certificate: string;
  cabundle: string;
  key: string;
  certificate_info: { domains: string[]; is_self_signed: number };
}
const components = async () =>
  (await here.call('fetch_service_ssl_components')).data?.services as unknown as Component[];

describe('install_service_ssl_certificate', () => {
  it('stores the key, the certificate and the chain in its order, where only the owner can read them', async () => {
    const { crt, key } = await issue();
    const { data, metadata } = await install({ crt, key, cabundle: bundle() });
    expect(metadata).toMatchObject({ result: 1 });
    expect(metadata.output?.warnings).toBeUndefined();
    expect(data).toMatchObject({
      ...{ service: 'cpanel', certificate: crt, cabundle: `${below.crt}${authority.crt}` },
      certificate_info: { domains: [HOST], is_self_signed: 0, 'issuer.commonName': 'Test Authority' },
    });
    expect(readFileSync(stored(), 'utf8')).toBe(`${key}${crt}${below.crt}${authority.crt}`);
    expect(statSync(stored()).mode & 0o777).toBe(0o600);
    expect(await components()).toMatchObject([
      { service: 'cpanel', certificate: crt, cabundle: `${below.crt}${authority.crt}`, key },
    ]);
  });

  it('keeps the key out of the journal, the audit log and every other file', async () => {
    const { crt, key } = await issue();
    await install({ crt, key, cabundle: bundle() });
    const secret = key.split('\n')[1] ?? '';
    const files = readdirSync(here.state, { recursive: true, encoding: 'utf8' })
      .map((name) => join(here.state, name))
      .filter((path) => statSync(path).isFile() && readFileSync(path).includes(secret));
    expect(files).toEqual([stored()]);
  });

  it('accepts everything in one parameter, and the audit log does not get the key', async () => {
    const { crt, key } = await issue();
    const { metadata } = await install({ crt: `${key}${crt}${bundle()}`, key });
    expect(metadata).toMatchObject({ result: 1 });
    expect((await components())[0]).toMatchObject({
      certificate: crt,
      cabundle: `${below.crt}${authority.crt}`,
    });
    expect(JSON.stringify(here.audit())).not.toContain(key.split('\n')[1]);
  });

  it('replaces the same certificate to change its chain', async () => {
    const { crt, key } = await issue();
    const first = await install({ crt, key });
    expect(first.metadata.output?.warnings).toEqual([
      'The chain is not complete: the certificate of “Test Authority” is missing. Pass it in “cabundle”, unless every ' +
        'client has it.',
    ]);
    await install({ crt, key, cabundle: bundle() });
    expect((await components())[0]?.cabundle).toBe(`${below.crt}${authority.crt}`);
  });

  it('warns if the certificate does not name the server', async () => {
    const { crt, key } = await issue({ domains: ['other.example.com'] });
    const { metadata } = await install({ crt, key, cabundle: bundle() });
    expect(metadata.output?.warnings).toEqual([
      'The certificate does not name the hostname of this server, “server.example.com”.',
    ]);
  });

  it('refuses a key of another certificate, an expired one, and what is no certificate; nothing changes', async () => {
    const former = await here.application.ownCertificate();
    const [one, two, old] = await Promise.all([issue(), issue(), issue({ until: '2026-02-01' })]);
    const reasons = await Promise.all(
      [
        { crt: one.crt, key: two.key },
        { crt: old.crt, key: old.key },
        { crt: one.crt, key: 'no key' },
        { crt: one.key, key: one.key },
        { crt: one.crt, key: one.key, cabundle: two.crt },
      ].map(async (args) => (await install(args)).metadata.reason),
    );
    expect(reasons).toEqual([
      expect.stringMatching(/^The key does not belong to the certificate “server\.example\.com”\./),
      expect.stringMatching(/^The certificate “server\.example\.com” expired on 2026-02-01\./),
      expect.stringMatching(/^The parameter “key” should contain a private key in PEM/),
      expect.stringMatching(
        /^The parameter “crt” should contain a certificate in PEM.* It contains a private key\.$/,
      ),
      expect.stringMatching(
        /^The parameter “cabundle” does not contain the issuer of the certificate, “Test Authority”\./,
      ),
    ]);
    expect(readFileSync(stored(), 'utf8')).toBe(former);
    expect(reasons.join(' ')).not.toContain(one.key.split('\n')[1]);
  });

  it('changes nothing in a dry run, and names its step without the key', async () => {
    const { crt, key } = await issue();
    const args = { service: 'cpanel', crt, key, cabundle: bundle() };
    const { metadata } = await here.call('install_service_ssl_certificate', args, { dryRun: true });
    expect(JSON.stringify(metadata)).toContain('Replace the certificate of whmapi1d');
    expect(existsSync(stored())).toBe(false);
  });

  it.each([
    ['one that there was', true],
    ['none', false],
  ])('restores %s if a server does not load it', async (_what, hadOne) => {
    if (hadOne) await here.application.ownCertificate();
    const before = hadOne ? readFileSync(stored(), 'utf8') : undefined;
    const { machine } = here.engine;
    const ownCertificate = async () => {
      const own = await machine.ownCertificate();
      const installed = async (pem: string) => {
        await own.install(pem);
        throw new MachineError('failed', 'The server at https://127.0.0.1:1 did not load the certificate.');
      };
      return Object.assign(Object.create(own), { install: installed }) as MachineOwnCertificate;
    };
    here.overrides.machine = { ...machine, ownCertificate };
    const { metadata } = await install({ ...(await issue()), cabundle: bundle() });
    expect(metadata.reason).toMatch(/^The server at https:\/\/127\.0\.0\.1:1 did not load the certificate\./);
    expect(existsSync(stored()) ? readFileSync(stored(), 'utf8') : undefined).toBe(before);
  });

  it('survives a change of the hostname, which replaces only certificates that this program made', async () => {
    const { crt, key } = await issue();
    await install({ crt, key, cabundle: bundle() });
    const { metadata } = await here.call('sethostname', { hostname: 'web1.example.net' });
    expect(metadata.result).toBe(1);
    expect(JSON.stringify(metadata.output ?? {})).not.toContain('self-signed');
    expect((await components())[0]?.certificate).toBe(crt);
    const own = await selfSigned({ domains: ['server.example.com', 'localhost'] });
    await install({ ...own });
    await here.call('sethostname', { hostname: 'web2.example.net' });
    expect((await components())[0]?.certificate).toBe(own.crt);
  });

  it('is for root', async () => {
    const given = { service: 'cpanel', ...(await issue()) };
    const { metadata } = await here.call('install_service_ssl_certificate', given, { as: reseller('rita') });
    expect(metadata.error_code).toBe('denied');
  });
});

describe('Dovecot', () => {
  const conf = () => readFileSync(etc('dovecot/conf.d/99-whmapi1-tls.conf'), 'utf8');
  const files = () => readdirSync(etc('ssl/whmapi1/services'));
  const installed = (issued: Issued) => install({ ...issued, service: 'dovecot', cabundle: bundle() });

  it('gets a file with the key, the certificate and the chain, which only root can read', async () => {
    const issued = await issue();
    expect((await installed(issued)).metadata).toMatchObject({ result: 1 });
    const [name = ''] = files();
    const path = etc(`ssl/whmapi1/services/${name}`);
    expect(readFileSync(path, 'utf8')).toBe(`${issued.key}${issued.crt}${below.crt}${authority.crt}`);
    expect([statSync(path).mode & 0o777, statSync(join(path, '..')).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(conf()).toContain(`ssl_server_cert_file = ${path}\nssl_server_key_file = ${path}\n`);
    expect(await components()).toMatchObject([
      { service: 'dovecot', certificate: issued.crt, key: issued.key },
    ]);
  });

  it('gets another one under another name, and the former file goes', async () => {
    await installed(await issue());
    const [first] = files();
    const second = await issue();
    await installed(second);
    expect(files()).toHaveLength(1);
    expect(files()).not.toContain(first);
    expect((await components())[0]?.certificate).toBe(second.crt);
    expect((await installed(second)).metadata.result).toBe(1);
    expect(files()).toHaveLength(1);
  });

  it('keeps its certificate if its configuration was edited by hand', async () => {
    const first = await issue();
    await installed(first);
    const before = files();
    writeFileSync(etc('dovecot/conf.d/99-whmapi1-tls.conf'), `${conf()}ssl = required\n`);
    const { metadata } = await installed(await issue());
    expect(metadata.reason).toMatch(/99-whmapi1-tls\.conf” was edited by hand, so it is not overwritten\./);
    expect(files()).toEqual(before);
    expect((await components())[0]?.certificate).toBe(first.crt);
  });
});

describe.each([
  ['exim', 'exim4/whmapi1/server.pem', 0o640],
  ['ftp', 'proftpd/whmapi1/certificate.pem', 0o600],
] as const)('%s', (service, place, mode) => {
  const content = () => readFileSync(etc(place), 'utf8');
  const installed = (issued: Issued) => install({ ...issued, service, cabundle: bundle() });
  const file = fileOf(service);
  if (file === undefined) throw new Error(service);
  const follow = () => followOwnCertificate(here.engine.machine, file);

  it('gets a file with the key, the certificate and the chain, with its rights', async () => {
    const issued = await issue();
    const { data, metadata } = await installed(issued);
    expect(metadata).toMatchObject({ result: 1 });
    expect(data).toMatchObject({ service, certificate: issued.crt });
    expect(content()).toMatch(
      /^# Installed by install_service_ssl_certificate[^\n]*\n-----BEGIN PRIVATE KEY/,
    );
    expect(content()).toContain(`${issued.key}${issued.crt}${below.crt}${authority.crt}`);
    expect(statSync(etc(place)).mode & 0o777).toBe(mode);
    expect(await components()).toMatchObject([
      { service, certificate: issued.crt, cabundle: `${below.crt}${authority.crt}`, key: issued.key },
    ]);
    expect((await here.call('get_best_ssldomain_for_service', { service })).data).toMatchObject({
      ssldomain: HOST,
    });
  });

  it('keeps what it has if the new one is refused, or in a dry run', async () => {
    await installed(await issue());
    const before = content();
    const [one, two] = await Promise.all([issue(), issue()]);
    const { metadata } = await installed({ crt: one.crt, key: two.key });
    expect(metadata.reason).toContain('does not belong to the certificate');
    const args = { service, ...one, cabundle: bundle() };
    const dry = await here.call('install_service_ssl_certificate', args, { dryRun: true });
    expect(JSON.stringify(dry)).toContain(place);
    expect(JSON.stringify(dry)).not.toContain(one.key.split('\n')[1]);
    expect(content()).toBe(before);
  });

  it('is restored if a later step fails', async () => {
    const first = await issue();
    await installed(first);
    const before = content();
    const { machine } = here.engine;
    const files = async (...given: Parameters<typeof machine.files>) => {
      const found = await machine.files(...given);
      const write = async (...words: Parameters<typeof found.write>) => {
        await found.write(...words);
        if (words[0].endsWith(place)) throw new MachineError('failed', 'The disk is full.');
      };
      return Object.assign(Object.create(found), { write }) as typeof found;
    };
    here.overrides.machine = { ...machine, files };
    expect((await installed(await issue())).metadata.reason).toContain('The disk is full.');
    here.overrides = {};
    expect(content()).toBe(before);
    expect((await components())[0]).toMatchObject({ certificate: first.crt });
  });

  it('follows the certificate of whmapi1d, unless it has one of its own', async () => {
    const own = await issue();
    await install({ ...own, cabundle: bundle() });
    expect([await follow(), await follow()]).toEqual([true, false]);
    expect(content()).toContain(own.crt);
    const other = await issue();
    await installed(other);
    await install({ ...(await issue()), cabundle: bundle() });
    expect([await follow(), content().includes(other.crt)]).toEqual([false, true]);
    const { data } = await here.call('reset_service_ssl_certificate', { service });
    expect(content()).toContain(data?.certificate);
    const third = await issue();
    await install({ ...third, cabundle: bundle() });
    expect([await follow(), content().includes(third.crt)]).toEqual([true, true]);
    writeFileSync(etc(place), content().replace(third.crt, other.crt));
    expect(await follow()).toBe(false);
  });
});

describe('fetch_service_ssl_components', () => {
  it('is empty before the server has started', async () => {
    expect(await components()).toEqual([]);
  });

  it('shows the self-signed certificate of whmapi1d with its key', async () => {
    const pem = await here.application.ownCertificate();
    const [own] = await components();
    expect(own).toMatchObject({ service: 'cpanel', cabundle: '', certificate_info: { is_self_signed: 1 } });
    expect(new X509Certificate(own?.certificate ?? '').fingerprint256).toBe(
      new X509Certificate(pem).fingerprint256,
    );
    expect(pem).toContain(own?.key);
  });

  it('warns of a file that is no certificate, and lists the others', async () => {
    await here.application.ownCertificate();
    await install({ ...(await issue()), service: 'dovecot', cabundle: bundle() });
    mkdirSync(here.state, { recursive: true });
    writeFileSync(stored(), 'nonsense', { mode: 0o600 });
    const { data, metadata } = await here.call('fetch_service_ssl_components');
    expect(data?.services).toMatchObject([{ service: 'dovecot' }]);
    expect(metadata.output?.warnings).toEqual([
      'The certificate of “cpanel” cannot be read. Install another one.',
    ]);
  });

  it('is for root', async () => {
    const { metadata } = await here.call('fetch_service_ssl_components', {}, { as: reseller('rita') });
    expect(metadata.error_code).toBe('denied');
  });
});

describe('reset_service_ssl_certificate', () => {
  it.each(['cpanel', 'dovecot', 'exim', 'ftp'])(
    'gives %s a new self-signed one for the hostname',
    async (service) => {
      const issued = await issue();
      await install({ ...issued, service, cabundle: bundle() });
      const { data, metadata } = await here.call('reset_service_ssl_certificate', { service });
      expect(metadata.result).toBe(1);
      expect(data).toMatchObject({ service, certificate_info: { is_self_signed: 1 } });
      const certificate = new X509Certificate(data?.certificate as string);
      expect(certificate.checkHost(HOST)).toBe(HOST);
      expect((await components()).find((one) => one.service === service)?.certificate).toBe(
        data?.certificate,
      );
    },
  );

  it('lets sethostname renew it again', async () => {
    await install({ ...(await issue()), cabundle: bundle() });
    await here.call('reset_service_ssl_certificate', { service: 'cpanel' });
    await here.call('sethostname', { hostname: 'web1.example.net' });
    const [own] = await components();
    expect(new X509Certificate(own?.certificate ?? '').checkHost('web1.example.net')).toBe(
      'web1.example.net',
    );
  });
});

describe('get_best_ssldomain_for_service', () => {
  const best = async (as?: Parameters<typeof here.call>[2]) =>
    (await here.call('get_best_ssldomain_for_service', { service: 'cpanel' }, as)).data;
  const withNames = async (...domains: string[]) =>
    install({ ...(await issue({ domains })), cabundle: bundle() });

  it('is the hostname if the certificate secures it', async () => {
    await withNames(HOST);
    expect(await best()).toEqual({
      ...{ ssldomain: HOST, ssldomain_matches_cert: 1, cert_match_method: 'exact', is_self_signed: 0 },
      ...{ is_currently_valid: 1, is_wild_card: 0, cert_valid_not_after: Date.parse('2027-01-01') / 1000 },
    });
  });

  it.each([
    [['*.example.com'], HOST, 'exact-wildcard', 1],
    [['mail.server.example.com'], 'mail.server.example.com', 'mail-wildcard', 0],
    [['www.server.example.com'], 'www.server.example.com', 'www-wildcard', 0],
    [['bob.example'], 'bob.example', 'localdomain_on_cert', 0],
    [['*.bob.example'], 'mail.bob.example', 'localdomain_on_cert-mail-wildcard', 1],
  ])('for a certificate of %s: %s', async (domains, ssldomain, method, isWildcard) => {
    await here.call('createacct', {
      username: 'bob',
      domain: 'bob.example',
      password: 'four unusual words, Xylophone',
    });
    await withNames(...domains);
    expect(await best()).toMatchObject({
      ...{ ssldomain, cert_match_method: method, ssldomain_matches_cert: 1, is_wild_card: isWildcard },
    });
  });

  it('says so if nothing fits, as WHM does', async () => {
    await withNames('elsewhere.example');
    expect(await best()).toMatchObject({
      ...{ ssldomain: HOST, ssldomain_matches_cert: 0, cert_match_method: 'none', is_self_signed: 1 },
    });
    here.time = Date.parse('2027-02-01');
    expect(await best()).toMatchObject({ is_currently_valid: 0 });
  });

  it('prefers the domain of the caller’s account', async () => {
    const password = 'four unusual words, Xylophone';
    await here.call('createacct', { username: 'rita', domain: 'rita.example', password, reseller: 1 });
    await withNames(HOST, 'rita.example');
    expect(await best({ as: reseller('rita') })).toMatchObject({ ssldomain: 'rita.example' });
    await withNames(HOST);
    expect(await best({ as: reseller('rita') })).toMatchObject({
      ssldomain: HOST,
      cert_match_method: 'hostname',
    });
    await withNames('*.example.com');
    expect(await best({ as: reseller('rita') })).toMatchObject({ cert_match_method: 'hostname-wildcard' });
  });

  it('fails before there is a certificate', async () => {
    const { metadata } = await here.call('get_best_ssldomain_for_service', { service: 'cpanel' });
    expect(metadata.reason).toMatch(/^“cpanel” has no certificate yet\. Run reset_service_ssl_certificate/);
    const other = await here.call('get_best_ssldomain_for_service', { service: 'ftp' });
    expect(other.metadata.reason).toMatch(/^“ftp” has no certificate yet\./);
  });
});
