// A self-signed certificate for this server.
import { X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';

const YEAR_MS = 365 * 86_400_000;
const YEARS = 10;
const OWN_NAMES = ', DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1';

/** For the hostname, and for calls from the server itself. @returns the key and the certificate (PEM). */
export async function selfSigned(hostname: string, now: number): Promise<string> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: hostname }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now),
    notAfterDate: new Date(now + YEARS * YEAR_MS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: hostname },
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  return `${key.trimEnd()}\n${cert.trimEnd()}\n`;
}

/** True if `selfSigned` created it: no other certificate has these names of the server itself. */
export function isSelfMade(pem: string): boolean {
  try {
    const { issuer, subject, subjectAltName = '' } = new X509Certificate(pem);
    return issuer === subject && subjectAltName.endsWith(OWN_NAMES);
  } catch {
    return false;
  }
}
