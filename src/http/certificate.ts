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
  const pem = await application.ownCertificate();
  return { cert: pem, key: pem, fingerprint: fingerprintOf(pem), isSelfMade: true };
}

function fingerprintOf(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}
