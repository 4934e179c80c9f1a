import { X509Certificate, createPrivateKey } from 'node:crypto';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import fc from 'fast-check';
import { certificateOf } from '../../src/capabilities/certificates/rules/x509.ts';
import { Authority, type Issued } from '../support/certificates.ts';
import { Installation, reseller } from '../support/installation.ts';

let middle: Authority;
let good: Issued;
beforeAll(async () => {
  middle = await (await Authority.root('Test Root')).intermediate('Test Intermediate');
  good = await middle.issue({ domains: ['bob.example', '*.bob.example'] });
});

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await here.call('createacct', { username: 'bob', domain: 'bob.example' });
});
afterEach(() => here.remove());

const install = (given: Record<string, string> = {}) =>
  here.call('installssl', { domain: 'bob.example', ...good, cab: middle.crt, ...given });

interface Generated {
  readonly key: string;
  readonly key_id: string;
  readonly csr: string;
  readonly cert: string;
  readonly cert_id: string;
}

async function generate(given: Record<string, string | number>, as = {}): Promise<Generated> {
  const { metadata, data } = await here.call('generatessl', given, as);
  expect(metadata.reason).toMatch(/generated OK$/);
  return data as unknown as Generated;
}

describe('generatessl', () => {
  test('generates a key, a signing request and a certificate of the same key', async () => {
    const { key, csr, cert, cert_id } = await generate({
      domains: 'Bob.example, www.bob.example *.bob.example',
      countryName: 'de',
      organizationName: 'Bob’s Shop, GmbH',
      pass: 'challenge',
    });
    const certificate = new X509Certificate(cert);
    expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.subjectAltName).toBe('DNS:bob.example, DNS:www.bob.example, DNS:*.bob.example');
    expect(certificateOf(cert).facts.subject).toEqual({
      countryName: 'DE',
      organizationName: 'Bob’s Shop, GmbH',
      commonName: 'bob.example',
    });
    const request = new Pkcs10CertificateRequest(csr);
    expect(await request.verify()).toBe(true);
    expect(request.subjectName.getField('O')).toEqual(['Bob’s Shop, GmbH']);
    const { data } = await here.call('fetchcrtinfo', { user: 'root', id: cert_id });
    expect(data).toMatchObject({ certificate: cert, key, is_self_signed: 1, cabundle: '' });
  });

  test('accepts WHM’s older names, and can leave the certificate out', async () => {
    const { metadata, data } = await here.call('generatessl', {
      ...{ host: 'bob.example', country: 'DE', state: 'Berlin', city: 'Berlin', co: 'Bob', cod: 'IT' },
      ...{ email: 'bob@bob.example', skip_certificate: 1 },
    });
    expect(metadata.reason).toBe('Key and CSR generated OK');
    expect(data).toMatchObject({ cert: '', cert_id: '', sender: 'root', sender_host: 'server.example.com' });
    expect(new Pkcs10CertificateRequest((data as unknown as Generated).csr).subject).toBe(
      'C=DE, ST=Berlin, L=Berlin, O=Bob, OU=IT, E=bob@bob.example, CN=bob.example',
    );
  });

  test('stores the key, so that fetchsslinfo finds it for the certificate of the authority', async () => {
    const { key, cert } = await generate({ domains: 'bob.example' });
    const { data } = await here.call('fetchsslinfo', { crtdata: cert });
    expect(data).toMatchObject({ crt: cert, key, key_origin: 'root', crt_origin: 'root', user: 'bob' });
  });

  test('refuses values, and stores nothing', async () => {
    for (const [param, value, reason] of [
      ['domains', 'bob_example', /should be a domain name|which no certificate can have/],
      ['domains', ' , ', /^The parameter “domains” should name at least one domain\.$/],
      ['domains', 'a..b', /should be a domain name, not “a\.\.b”/],
      [
        'domains',
        Array.from({ length: 101 }, (_, at) => `n${at}.example`).join(),
        /names 101 domains, and a certificate can have 100/,
      ],
      ['countryName', 'Germany', /the two letters of a country/],
      ['keysize', '1024', /2048/],
    ] as const) {
      const { metadata } = await here.call('generatessl', { domains: 'bob.example', [param]: value });
      expect([value, metadata.error_code]).toEqual([value, expect.stringMatching(/^(?:bad|missing)_param$/)]);
      expect([value, metadata.reason]).toEqual([value, expect.stringMatching(reason)]);
    }
    // Nor does a dry run, which shows no key.
    const { data } = await here.call('generatessl', { domains: 'ann.example' }, { dryRun: true });
    expect(data).toMatchObject({ key: '', key_id: expect.stringMatching(/^\w{44}$/) as unknown });
    expect((await here.call('listcrts', { user: 'root' })).data).toEqual({ crt: [] });
  });

  test('is for resellers with the privilege, who get their own keys only', async () => {
    await here.call('setupreseller', { user: 'bob' });
    await generate({ domains: 'bob.example' }, { as: reseller('bob', 'ssl-gencrt') });
    const mine = await here.call('listcrts', {}, { as: reseller('bob', 'ssl-info') });
    // That of its own account, and this one.
    expect(mine.data).toMatchObject({ crt: [{ domain: 'bob.example' }, { domain: 'bob.example' }] });
    const others = await here.call('listcrts', {}, { as: reseller('rita', 'ssl-info') });
    expect(others.data).toEqual({ crt: [] });
  });
});

test('no value adds an attribute to the subject', async () => {
  const key = await (
    await import('../../src/capabilities/certificates/rules/create.ts')
  ).createKey('prime256v1');
  const { createSelfSigned } = await import('../../src/capabilities/certificates/rules/create.ts');
  const hostile = fc.oneof(
    fc.string({ minLength: 1, maxLength: 30 }),
    fc.constantFrom('#0401', 'a, CN=other.example', 'a\\,b', 'a+CN=x', '"', 'a\nCN=x', '\u0000'),
  );
  await fc.assert(
    fc.asyncProperty(hostile, async (organizationName) => {
      const subject = { domains: ['bob.example'], fields: { organizationName } };
      const { x509, facts } = createSelfSigned(key, subject, here.time);
      expect(Object.keys(facts.subject)).toEqual(['organizationName', 'commonName']);
      expect(x509.toLegacyObject().subject.CN).toBe('bob.example');
    }),
    { numRuns: 50 },
  );
});

describe('fetchsslinfo', () => {
  test('prefers the installed certificate of a domain', async () => {
    await generate({ domains: 'bob.example' });
    await install();
    const { data } = await here.call('fetchsslinfo', { domain: 'bob.example' });
    expect(data).toEqual({
      ...{ crt: good.crt, key: good.key, cab: middle.crt, crt_origin: 'bob', key_origin: 'bob' },
      ...{ domain: 'bob.example', ip: '192.0.2.1', user: 'bob', searched_users: ['bob', 'root'] },
    });
  });

  test('finds a wildcard certificate', async () => {
    await install();
    const { data } = await here.call('fetchsslinfo', { domain: 'shop.bob.example' });
    expect(data).toMatchObject({ crt: good.crt, user: '', ip: '' });
  });

  test('says that there is none, or which one of the parameters is needed', async () => {
    const { metadata } = await here.call('fetchsslinfo', { domain: 'ann.example' });
    expect(metadata).toMatchObject({
      error_code: 'not_found',
      reason: 'There is no certificate for the domain “ann.example”. Generate one with generatessl.',
    });
    expect((await here.call('fetchsslinfo', {})).metadata.error_code).toBe('missing_param');
    const both = { domain: 'bob.example', crtdata: good.crt };
    expect((await here.call('fetchsslinfo', both)).metadata.error_code).toBe('bad_param');
  });

  test('never shows a reseller the key of others', async () => {
    await install();
    const { data } = await here.call('fetchsslinfo', { crtdata: good.crt }, { as: reseller('rita', 'ssl') });
    expect(data).toMatchObject({ crt: good.crt, key: '', user: '', searched_users: [] });
  });
});

describe('fetch_ssl_certificates_for_fqdns', () => {
  test('lists what secures a domain, the best first', async () => {
    await install();
    await generate({ domains: 'shop.bob.example' });
    await generate({ domains: 'ann.example' });
    const { data } = await here.call('fetch_ssl_certificates_for_fqdns', {
      domains: 'shop.bob.example,blog.bob.example',
    });
    expect(data).toMatchObject({
      payload: [
        {
          users: ['bob'],
          domains: ['bob.example', '*.bob.example'],
          crt: good.crt,
          key: good.key,
          cab: middle.crt,
          verify_error: 'unable to get local issuer certificate',
        },
        {
          users: ['root'],
          domains: ['shop.bob.example'],
          cab: null,
          verify_error: 'self-signed certificate',
        },
      ],
    });
    here.time = Date.parse('2027-06-01T00:00:00Z');
    const later = await here.call('fetch_ssl_certificates_for_fqdns', { domains: 'shop.bob.example' });
    expect(later.data).toMatchObject({
      payload: [{ verify_error: 'certificate has expired' }, { verify_error: 'self-signed certificate' }],
    });
  });
});

describe('fetch_ssl_vhosts and fetch_vhost_ssl_components', () => {
  test('list the name for WHM of resellers only', async () => {
    await install();
    const domains = async () => {
      const { data } = await here.call('fetch_ssl_vhosts', {});
      return (data as unknown as { vhosts: { domains: string[] }[] }).vhosts.flatMap((host) => host.domains);
    };
    expect(await domains()).not.toContain('whm.bob.example');
    await here.call('setupreseller', { user: 'bob' });
    expect(await domains()).toContain('whm.bob.example');
  });

  const byBob = (rows: unknown, key: string) =>
    (rows as Record<string, { servername: string }[]>)[key]?.filter(
      (row) => row.servername === 'bob.example',
    );

  test('list the virtual hosts that have a certificate', async () => {
    await install();
    const { data } = await here.call('fetch_ssl_vhosts', {});
    expect(byBob(data, 'vhosts')).toEqual([
      {
        ...{
          servername: 'bob.example',
          user: 'bob',
          type: 'main',
          docroot: expect.stringMatching(/public_html$/) as unknown,
        },
        domains: [
          'bob.example',
          ...['www', 'mail', 'cpanel', 'webmail'].map((name) => `${name}.bob.example`),
        ],
        ...{
          ip: '192.0.2.1',
          ipv6: '',
          iptype: 'shared',
          is_primary_on_ip: 0,
          needs_sni: 1,
          mail_sni_status: 1,
        },
        crt: expect.objectContaining({
          created: here.time / 1000 - (here.time % 1000) / 1000,
          domains: ['bob.example', '*.bob.example'],
          'subject.commonName': { commonName: 'bob.example' },
          subject_text: 'commonName\nbob.example',
          issuer_text: 'commonName\nTest Intermediate',
          encryption_algorithm: 'id-ecPublicKey',
          public_exponent: '',
          is_self_signed: 0,
        }) as unknown,
      },
    ]);
    const components = await here.call('fetch_vhost_ssl_components', {});
    expect(byBob(components.data, 'components')).toEqual([
      {
        servername: 'bob.example',
        certificate: good.crt,
        certificate_id: expect.stringMatching(/^bob_example_/) as unknown,
        key: good.key,
        key_id: expect.stringMatching(/^[0-9a-f]{5}_[0-9a-f]{5}_[0-9a-f]{32}$/) as unknown,
        cabundle: middle.crt,
        cabundle_id: null,
      },
    ]);
  });

  test('follow a renamed account, and end with a removed one', async () => {
    await install();
    await here.call('modifyacct', { user: 'bob', newuser: 'robert' });
    expect((await here.call('fetch_ssl_vhosts', {})).data).toMatchObject({ vhosts: [{ user: 'robert' }] });
    const components = await here.call('fetch_vhost_ssl_components', {});
    expect(components.data).toMatchObject({ components: [{ key: good.key }] });
    await here.call('removeacct', { user: 'robert' });
    expect((await here.call('fetch_ssl_vhosts', {})).data).toEqual({ vhosts: [] });
    expect((await here.call('listcrts', {})).data).toEqual({ crt: [] });
  });

  test('show resellers their accounts only', async () => {
    await install();
    const as = reseller('rita', 'ssl', 'ssl-info');
    expect((await here.call('fetch_ssl_vhosts', {}, { as })).data).toEqual({ vhosts: [] });
    expect((await here.call('fetch_vhost_ssl_components', {}, { as })).data).toEqual({ components: [] });
    const info = reseller('rita', 'ssl-info');
    expect((await here.call('fetch_vhost_ssl_components', {}, { as: info })).metadata.error_code).toBe(
      'denied',
    );
  });
});
