// The certificates of the issuers of a certificate that was stored without them.
import type { Db } from '../../../core/context.ts';
import { chainOf } from './chain.ts';
import * as stored from './stored.ts';
import { readCertificates, type ReadCertificate } from './x509.ts';

/**
 * Finds the chain of a certificate in those of other certificates of its issuer. Each one in it has signed the one before.
 * @param others what the caller passed with the certificate.
 * @returns PEM, in order. Empty if no issuer is known.
 */
export async function findBundle(
  db: Db,
  certificate: ReadCertificate,
  others: readonly ReadCertificate[] = [],
): Promise<string> {
  const chains = await stored.chainsOf(db, certificate.facts);
  const candidates = chains.flatMap((chain) => readCertificates('chain', chain));
  const { issuers } = chainOf(certificate, [...others, ...candidates]);
  return issuers.map(({ pem }) => pem).join('');
}
