// The certificate with which a service of this server answers at the name of an account’s site.
import type { Db, SealedStore } from '../../../core/context.ts';
import { findDomain } from '../../domains/rules/hosted-domains.ts';
import { domainOfDerived } from '../../domains/rules/service-subdomains.ts';
import { isCovered } from './domains.ts';
import { fileOf, find } from './installed.ts';
import { get, openKey } from './stored.ts';

export interface CertificateOfSite {
  /** PEM: the certificate and its issuers. */
  readonly cert: string;
  readonly key: string;
}

/**
 * Undefined if the name belongs to no site of this server, or the site has no valid certificate of an authority for it.
 * @param name in lower case.
 * @throws ApiError `key_lost`.
 */
export async function certificateForName(
  { db, sealer }: SealedStore,
  name: string,
  now: number,
): Promise<CertificateOfSite | undefined> {
  const found = await findFor(db, name, now);
  if (found === undefined) return undefined;
  const { file, keyId } = found;
  return { cert: file.pem + file.chain, key: await openKey(sealer, keyId, file.sealedKey) };
}

/** True if `certificateForName` finds one. */
export const hasCertificate = async (db: Db, name: string, now: number): Promise<boolean> =>
  (await findFor(db, name, now)) !== undefined;

async function findFor(db: Db, name: string, now: number) {
  const domain = domainOfDerived(name);
  const found = (await findDomain(db, name)) ?? (domain && (await findDomain(db, domain)));
  if (!found || found.account.server !== db.server) return undefined;
  const { servername, account } = found;
  const [installed, file] = [await find(db, servername), await fileOf(db, servername)];
  if (installed === undefined || file === undefined) return undefined;
  const { facts, keyId } = await get(db, account.username, installed.certificateId);
  const isValid = facts.notBefore * 1000 <= now && now < facts.notAfter * 1000 && !facts.isSelfSigned;
  return isValid && isCovered(name, facts.domains) ? { file, keyId } : undefined;
}
