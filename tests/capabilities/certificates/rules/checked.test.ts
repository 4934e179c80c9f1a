// What is read of certificates, and which of them are refused, with what reason.
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { checkCertificate } from '../../../../src/capabilities/certificates/rules/checked.ts';
import { isCovered } from '../../../../src/capabilities/certificates/rules/domains.ts';
import { certificateId, keyId } from '../../../../src/capabilities/certificates/rules/ids.ts';
import {
  certificateOf,
  readCertificates,
  readPrivateKey,
} from '../../../../src/capabilities/certificates/rules/x509.ts';
import { Authority, selfSigned, type Issued } from '../../../support/certificates.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const domains = ['bob.example', 'www.bob.example'];

let root: Authority;
let middle: Authority;
let good: Issued;
beforeAll(async () => {
  root = await Authority.root('Test Root');
  middle = await root.intermediate('Test Intermediate');
  good = await middle.issue({ domains });
});

function reasonOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('It was accepted.');
}

describe('facts', () => {
  test('of an ECDSA certificate', () => {
    const { facts } = certificateOf(good.crt);
    expect(facts).toMatchObject({
      subject: { commonName: 'bob.example' },
      issuer: { commonName: 'Test Intermediate' },
      domains,
      key: { algorithm: 'id-ecPublicKey', curve: 'prime256v1', modulus: null, bits: null },
      signatureAlgorithm: 'ecdsa-with-SHA256',
      notBefore: Date.parse('2026-01-01T00:00:00Z') / 1000,
      notAfter: Date.parse('2027-01-01T00:00:00Z') / 1000,
      isSelfSigned: false,
      validationType: null,
    });
    expect(facts.key.point).toMatch(/^0[23][0-9a-f]{64}$/);
    expect(certificateId(facts)).toMatch(/^bob_example_[0-9a-f]{5}_[0-9a-f]{5}_1798761600_[0-9a-f]{32}$/);
    expect(keyId(facts.key)).toMatch(/^[0-9a-f]{5}_[0-9a-f]{5}_[0-9a-f]{32}$/);
  });

  test('of an RSA certificate, whose key has the same ID', async () => {
    const issued = await middle.issue({ domains, rsaBits: 2048, policy: '2.23.140.1.2.1' });
    const { facts } = certificateOf(issued.crt);
    expect(facts.key).toMatchObject({
      algorithm: 'rsaEncryption',
      bits: 2048,
      exponent: '10001',
      curve: null,
    });
    expect(facts.key.modulus).toMatch(/^[0-9a-f]{512}$/);
    expect(facts.validationType).toBe('dv');
    expect(keyId(readPrivateKey('key', issued.key).facts)).toBe(keyId(facts.key));
  });

  test.each([
    ['2.23.140.1.1', 'ev'],
    ['2.23.140.1.2.2', 'ov'],
    ['2.23.140.1.2.3', null],
  ])('the policy %s means %s', async (policy, type) => {
    expect(certificateOf((await selfSigned({ domains, policy })).crt).facts.validationType).toBe(type);
  });

  test('a common name counts only without other names', async () => {
    const both = await selfSigned({ domains, commonName: 'other.example' });
    expect(certificateOf(both.crt).facts.domains).toEqual(domains);
    const alone = await selfSigned({ commonName: 'Other.Example' });
    expect(certificateOf(alone.crt).facts).toMatchObject({ domains: ['other.example'], isSelfSigned: true });
    expect(certificateOf((await selfSigned({ commonName: 'A person' })).crt).facts.domains).toEqual([]);
  });

  test('of 100 internationalised names', async () => {
    const many = Array.from({ length: 100 }, (_, at) => `xn--mnchen-3ya.n${at}.example`);
    expect(certificateOf((await selfSigned({ domains: many })).crt).facts.domains).toEqual(many);
  });
});

describe('a certificate is accepted', () => {
  test('with a chain in any order, which is put in order', () => {
    const cab = `${root.crt}some text\r\n${middle.crt.replaceAll('\n', '\r\n')}`;
    const { issuers, warnings } = checkCertificate({ ...good, cab }, now);
    expect(issuers.map(({ facts }) => facts.subject.commonName)).toEqual(['Test Intermediate', 'Test Root']);
    expect(warnings).toEqual([]);
  });

  test('followed by its chain, or with the key’s certificate last', () => {
    for (const crt of [`${good.crt}${middle.crt}${root.crt}`, `${root.crt}${middle.crt}${good.crt}`]) {
      const checked = checkCertificate({ crt, key: good.key, cab: '' }, now);
      expect(checked.certificate.facts.domains).toEqual(domains);
      expect(checked.issuers).toHaveLength(2);
    }
  });

  test('with an issuer that another certificate has brought', () => {
    const stored = readCertificates('cab', middle.crt + root.crt);
    expect(checkCertificate({ ...good, cab: '' }, now, stored).issuers).toHaveLength(2);
  });

  test('without its chain, with a warning', () => {
    expect(checkCertificate({ ...good, cab: '' }, now).warnings).toEqual([
      'The chain is not complete: the certificate of “Test Intermediate” is missing. Pass it in “cab”, unless every client has it.',
    ]);
  });

  test('with certificates of others, which are left out', async () => {
    const other = await Authority.root('Another Root');
    const { issuers, warnings } = checkCertificate({ ...good, cab: middle.crt + other.crt + root.crt }, now);
    expect(issuers).toHaveLength(2);
    expect(warnings).toEqual([
      'These certificates are not part of the chain and were left out: “Another Root”.',
    ]);
  });

  test('with an expired root, which is left out', async () => {
    const old = await Authority.root('Old Root', { from: '2010-01-01', until: '2020-01-01' });
    const issued = await old.issue({ domains });
    expect(checkCertificate({ ...issued, cab: old.crt }, now).issuers).toEqual([]);
  });

  test.each([
    ['a short key', { rsaBits: 1024 }],
    ['Ed25519', { isEd25519: true }],
    ['next year', { from: '2027-01-01', until: '2028-01-01' }],
    ['an old form, which says nothing about authorities', { isAuthority: false }],
  ])('with a root of %s, which is left out', async (_what, wanted) => {
    const unusual = await Authority.root('Own Root', wanted);
    const below = await unusual.intermediate('Own Intermediate');
    const issued = await below.issue({ domains });
    const { issuers, warnings } = checkCertificate({ ...issued, cab: below.crt + unusual.crt }, now);
    expect(issuers.map(({ facts }) => facts.subject.commonName)).toEqual(['Own Intermediate']);
    expect(warnings).toEqual([]);
  });

  test('with a key in the older formats', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }) as string;
    expect(readPrivateKey('key', pem).pem).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });
});

describe('a certificate is refused', () => {
  test('with the key of another', async () => {
    const other = await middle.issue({ domains });
    const reason = reasonOf(() => checkCertificate({ crt: good.crt, key: other.key, cab: '' }, now));
    expect(reason).toBe(
      'The key does not belong to the certificate “bob.example”. Pass the key with which the certificate was requested.',
    );
  });

  test.each([
    [
      'an expired one',
      { until: '2026-02-01' },
      'The certificate “bob.example” expired on 2026-02-01. Renew it.',
    ],
    [
      'one of the future',
      { from: '2026-06-01' },
      'The certificate “bob.example” is not valid before 2026-06-01. Install it then.',
    ],
    [
      'one signed with SHA-1',
      { hash: 'SHA-1' as const },
      'The certificate “bob.example” is signed with ecdsa-with-SHA1, which browsers refuse. Request it again, with SHA-256.',
    ],
    [
      'one of a short key',
      { rsaBits: 1024 },
      'The RSA key has 1024 bits, which is too weak. Use an RSA key of at least 2048 bits, or an ECDSA key on the curve prime256v1 or secp384r1.',
    ],
  ])('%s', async (_what, wanted, reason) => {
    const issued = await middle.issue({ domains, ...wanted });
    expect(reasonOf(() => checkCertificate({ ...issued, cab: '' }, now))).toBe(reason);
  });

  test('with an expired intermediate', async () => {
    const old = await root.intermediate('Old Intermediate', { until: '2026-02-01' });
    const issued = await old.issue({ domains });
    expect(reasonOf(() => checkCertificate({ ...issued, cab: old.crt + root.crt }, now))).toBe(
      'The CA certificate “Old Intermediate” expired on 2026-02-01. Renew it.',
    );
  });

  test('with an intermediate of a short key, which would end Apache', async () => {
    const weak = await root.intermediate('Weak Intermediate', { rsaBits: 1024 });
    const issued = await weak.issue({ domains });
    expect(reasonOf(() => checkCertificate({ ...issued, cab: weak.crt + root.crt }, now))).toBe(
      'The CA certificate “Weak Intermediate” cannot be used. The RSA key has 1024 bits, which is too weak. Ask the ' +
        'authority for its present chain.',
    );
  });

  test('with an issuer that is no authority', async () => {
    const fake = await root.intermediate('Fake', { isAuthority: false });
    const issued = await fake.issue({ domains });
    expect(reasonOf(() => checkCertificate({ ...issued, cab: fake.crt }, now))).toBe(
      'The certificate “Fake” of the chain may not issue certificates, so browsers refuse it.',
    );
  });

  test('with the bundle of another authority', async () => {
    const other = await Authority.root('Another Root');
    expect(reasonOf(() => checkCertificate({ ...good, cab: other.crt }, now))).toBe(
      'The parameter “cab” does not contain the issuer of the certificate, “Test Intermediate”. Pass the CA bundle that ' +
        'the authority sent with this certificate.',
    );
  });

  test.each([
    [
      'a key in place of the certificate',
      () => ({ ...good, crt: good.key }),
      / It contains a private key\.$/,
    ],
    [
      'a signing request',
      () => ({
        ...good,
        crt: '-----BEGIN CERTIFICATE REQUEST-----\nAA==\n-----END CERTIFICATE REQUEST-----',
      }),
      /signing request/,
    ],
    [
      'a damaged certificate',
      () => ({ ...good, crt: good.crt.replace(/\n.{8}/, '\nAAAAAAAA') }),
      /^The certificate of the parameter “crt” cannot be read\./,
    ],
    [
      'a certificate in place of the key',
      () => ({ ...good, key: good.crt }),
      /^The parameter “key” should contain a private key in PEM/,
    ],
    [
      'a damaged key',
      () => ({ ...good, key: good.key.replace(/\n.{8}/, '\nAAAAAAAA') }),
      /^The private key of the parameter “key” cannot be read\./,
    ],
    ['an encrypted key', () => ({ ...good, key: encryptedKey() }), /has a passphrase/],
  ])('%s', (_what, given, reason) => {
    expect(reasonOf(() => checkCertificate({ ...given(), cab: '' }, now))).toMatch(reason);
  });

  test('garbage, without quoting the key', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 20 }), (garbage) => {
        const key = `-----BEGIN PRIVATE KEY-----\n${garbage}\n-----END PRIVATE KEY-----`;
        expect(reasonOf(() => checkCertificate({ ...good, key, cab: '' }, now))).not.toContain(garbage);
        expect(reasonOf(() => readCertificates('crt', garbage))).toContain('“crt”');
      }),
    );
  });
});

function encryptedKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const options = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const;
  return privateKey.export(options) as string;
}

test.each([
  ['bob.example', true],
  ['www.bob.example', true],
  ['a.www.bob.example', false],
  ['notbob.example', false],
  ['example', false],
])('a certificate for bob.example and *.bob.example secures %s: %s', (domain, isSecured) => {
  expect(isCovered(domain, ['bob.example', '*.bob.example'])).toBe(isSecured);
});
