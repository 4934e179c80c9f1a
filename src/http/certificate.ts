// The certificate of the server: the configured one, or a self-signed one that is created once and kept.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Application } from '../app.ts';

export interface Certificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  /** SHA-256 of the certificate: pairs of hexadecimal digits with colons between them. */
  readonly fingerprint: string;
  readonly isSelfMade: boolean;
}

const YEAR_MS = 365 * 86_400_000;
const YEARS = 10;

/** @throws if the file cannot be read or contains no certificate. */
export async function loadCertificate(
  given: { readonly cert: string; readonly key: string } | undefined,
  application: Application,
): Promise<Certificate> {
  if (given !== undefined) {
    const cert = readFileSync(given.cert, 'utf8');
    return {
      cert,
      key: readFileSync(given.key, 'utf8'),
      fingerprint: fingerprintOf(cert),
      isSelfMade: false,
    };
  }
  const pem = await application.ownCertificate(() => make(application));
  return { cert: pem, key: pem, fingerprint: fingerprintOf(pem), isSelfMade: true };
}

function fingerprintOf(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}

/** For this server's name, and for calls from the server itself. */
async function make({ engine }: Application): Promise<string> {
  const { generate } = await import('selfsigned');
  const name = engine.machine.system.hostname();
  const now = engine.now();
  const { private: key, cert } = await generate([{ name: 'commonName', value: name }], {
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
          { type: 2, value: name },
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  return `${key.trimEnd()}\n${cert.trimEnd()}\n`;
}
