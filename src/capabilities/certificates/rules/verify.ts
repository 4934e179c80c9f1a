// Says whether clients would trust a stored certificate.
import { verifyError } from './chain.ts';
import type { StoredCertificate } from './stored.ts';
import { certificateOf, readCertificates } from './x509.ts';

/** @param now milliseconds since 1970-01-01. @returns OpenSSL's words; empty if it is trusted. */
export function verifyErrorOf({ pem, chain }: Pick<StoredCertificate, 'pem' | 'chain'>, now: number): string {
  const issuers = chain === '' ? [] : readCertificates('chain', chain);
  return verifyError(certificateOf(pem), issuers, Math.floor(now / 1000));
}
