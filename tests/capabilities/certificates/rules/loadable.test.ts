import { assertLoadable } from '../../../../src/capabilities/certificates/rules/loadable.ts';
import {
  readCertificates,
  readPrivateKey,
  type ReadCertificate,
} from '../../../../src/capabilities/certificates/rules/x509.ts';
import { Authority, type Wanted } from '../../../support/certificates.ts';

const domains = ['bob.example'];

async function reasonFor(wanted: Wanted, ofIssuer: Wanted): Promise<string> {
  const root = await Authority.root('Test Root');
  const issuer = await root.intermediate('Test Intermediate', ofIssuer);
  const issued = await issuer.issue({ domains, ...wanted });
  const [certificate] = readCertificates('crt', issued.crt) as [ReadCertificate];
  try {
    assertLoadable(
      certificate,
      readCertificates('cab', issuer.crt + root.crt),
      readPrivateKey('key', issued.key),
    );
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

test.each<[string, Wanted, Wanted, RegExp]>([
  ['elliptic curves', {}, {}, /^$/],
  ['RSA keys', { rsaBits: 2048 }, { rsaBits: 2048 }, /^$/],
  [
    'a weak key',
    { rsaBits: 1024 },
    {},
    /^OpenSSL refuses the certificate or its chain, .*: ee key too small\. Request/,
  ],
  ['a weak key of an issuer', {}, { rsaBits: 1024 }, /: ca key too small\. Request/],
  // A signature with SHA-1 is not here: OpenSSL 3.0 refuses it, and 3.5 does not.
])('OpenSSL decides on %s', async (_what, wanted, ofIssuer, reason) => {
  expect(await reasonFor(wanted, ofIssuer)).toMatch(reason);
});
