// Self-signed certificates, as OpenSSL sees them.
import { spawnSync } from 'node:child_process';
import { createPublicKey, webcrypto, X509Certificate } from 'node:crypto';
import { X509Certificate as Parsed } from '@peculiar/x509';
import {
  createKey,
  createSelfSigned,
  type KeyKind,
} from '../../../../src/capabilities/certificates/rules/create.ts';
import { certificateOf } from '../../../../src/capabilities/certificates/rules/x509.ts';

const NOW = Date.UTC(2026, 10, 28, 12, 0, 1, 500);
const LONG = `${'a'.repeat(60)}.${'b'.repeat(60)}.example`;
const MANY = Array.from({ length: 200 }, (_, at) => `name-${at}.bob.example`);

function openssl(pem: string, ...words: readonly string[]): string {
  const { stdout, stderr } = spawnSync('openssl', words, { input: pem, encoding: 'utf8' });
  return stdout + stderr;
}

it.each<[KeyKind, string]>([
  ['prime256v1', 'ecdsa-with-SHA256'],
  ['secp384r1', 'ecdsa-with-SHA256'],
  [{ rsaBits: 2048 }, 'sha256WithRSAEncryption'],
])('one with a key of %j is signed by it', async (kind, algorithm) => {
  const key = await createKey(kind);
  const domains = ['bob.example', '*.bob.example', 'xn--bcher-kva.example'];
  const { pem, facts, x509 } = createSelfSigned(key, { domains, fields: { countryName: 'DE' } }, NOW);
  expect(x509.verify(createPublicKey(key.key))).toBe(true);
  expect(x509.checkPrivateKey(key.key)).toBe(true);
  expect(await new Parsed(pem).verify({}, webcrypto as never)).toBe(true);
  expect(facts).toMatchObject({
    subject: { countryName: 'DE', commonName: 'bob.example' },
    domains,
    signatureAlgorithm: algorithm,
    isSelfSigned: true,
    notBefore: Math.floor(NOW / 1000),
    notAfter: Math.floor(NOW / 1000) + 365 * 86_400,
  });
  expect(JSON.stringify(facts)).toBe(JSON.stringify(certificateOf(pem).facts));
  const text = openssl(pem, 'x509', '-noout', '-text');
  expect(text).toContain('Version: 3 (0x2)');
  expect(text).toContain('Not After : Nov 28 12:00:01 2027 GMT');
  expect(text).toMatch(/Basic Constraints: critical\s+CA:FALSE/);
  expect(text).toMatch(/Extended Key Usage: ?\s+TLS Web Server Authentication/);
  expect(text).toMatch(
    /Alternative Name: ?\s+DNS:bob.example, DNS:\*.bob.example, DNS:xn--bcher-kva.example/,
  );
  expect(text.match(new RegExp(`Signature Algorithm: ${algorithm}`, 'g'))).toHaveLength(2);
});

it.each([
  ['a domain that is too long for a common name', [LONG]],
  ['many domains', MANY],
  ['one domain', ['a.de']],
])('one of %s is in DER, byte for byte', async (_what, domains) => {
  const { pem, x509, facts } = createSelfSigned(await createKey('prime256v1'), { domains }, NOW);
  expect(facts.domains).toEqual(domains);
  expect(JSON.stringify(facts)).toBe(JSON.stringify(certificateOf(pem).facts));
  expect(facts.subject).toEqual((domains[0] ?? '').length > 64 ? {} : { commonName: domains[0] });
  const written = openssl(pem, 'x509', '-outform', 'PEM');
  expect(new X509Certificate(written).raw.equals(x509.raw)).toBe(true);
  expect(openssl(pem, 'asn1parse', '-strparse', '4')).not.toMatch(/error/i);
  expect(BigInt(`0x${x509.serialNumber}`) >> 120n).toBeGreaterThanOrEqual(0x40n);
});

it('one with all fields is described as it is read', async () => {
  const fields = {
    countryName: 'DE',
    stateOrProvinceName: 'Bayern,  Süd\n',
    localityName: '#0c01',
    organizationName: 'a = b + "c"',
    organizationalUnitName: ' x ',
    emailAddress: 'bob@bob.example',
  };
  const { pem, facts } = createSelfSigned(
    await createKey('prime256v1'),
    { domains: ['Bob.Example', 'bob.example', 'not a domain'], fields },
    NOW,
  );
  expect(JSON.stringify(facts)).toBe(JSON.stringify(certificateOf(pem).facts));
});

it('one that ends in 2050 has the year in four digits from then on', async () => {
  const { pem, facts } = createSelfSigned(
    await createKey('prime256v1'),
    { domains: ['bob.example'] },
    Date.UTC(2049, 5, 1),
  );
  expect(openssl(pem, 'asn1parse')).toMatch(/UTCTIME\s*:490601000000Z[^]*GENERALIZEDTIME\s*:20500601000000Z/);
  expect(facts.notAfter).toBe(Date.UTC(2050, 5, 1) / 1000);
});
