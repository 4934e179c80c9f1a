// The certificate of the server: the one that an option names; else the one that was installed
// (install_service_ssl_certificate); else a self-signed one that is created once and kept.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Application } from '../app/app.ts';

export interface Certificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  /** SHA-256 of the certificate: pairs of hexadecimal digits with colons between them. */
  readonly fingerprint: string;
  /** True if clients need its fingerprint, because no authority has issued it. */
  readonly isSelfSigned: boolean;
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
      isSelfSigned: false,
    };
  }
  const pem = await application.ownCertificate();
  return { cert: pem, key: pem, fingerprint: fingerprintOf(pem), isSelfSigned: isSelfSigned(pem) };
}

function fingerprintOf(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}

function isSelfSigned(pem: string): boolean {
  const { issuer, subject } = new X509Certificate(pem);
  return issuer === subject;
}
