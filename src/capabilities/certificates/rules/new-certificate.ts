// Makes certificates ready for the plan that installs them.
import type { Context, SealedStore } from '../../../core/context.ts';
import type { CheckedCertificate } from './checked.ts';
import { isCovered } from './domains.ts';
import { createKey, createSelfSigned } from './create.ts';
import { keyId } from './ids.ts';
import { pathOf, type NewCertificate } from './installed.ts';
import { findKey, findSealedKey, listOf, purposeOf, sealKey, type StoredCertificate } from './stored.ts';
import { digestOf } from './x509.ts';

export interface HostOfCertificate {
  readonly username: string;
  readonly servername: string;
}

/** @throws ApiError `key_lost`. */
export async function newCertificate(
  context: SealedStore,
  { username, servername }: HostOfCertificate,
  { certificate, issuers, key }: Pick<CheckedCertificate, 'certificate' | 'issuers' | 'key'>,
): Promise<NewCertificate> {
  const { pem, facts } = certificate;
  const chain = issuers.map((issuer) => issuer.pem).join('');
  const digest = digestOf(`${key.pem}${pem}${chain}`);
  const id = keyId(facts.key);
  return {
    ...{ username, servername, pem, chain, facts, digest },
    sealedKey: await sealKey(context, id, key.pem),
    keyPurpose: purposeOf(id),
    path: pathOf(servername, digest),
  };
}

export interface NewHost extends HostOfCertificate {
  /** The other names of the virtual host. */
  readonly otherNames: readonly string[];
}

/**
 * The certificate of a new virtual host: the account’s best one that secures its domain, such as one with a wildcard, or
 * else a new self-signed one.
 * @param owner the present username, if the account is being renamed.
 * @throws ApiError `key_lost`.
 */
export async function certificateOfNewHost(
  context: SealedStore & Pick<Context, 'now'>,
  host: NewHost,
  owner = host.username,
): Promise<NewCertificate> {
  const all = await listOf(context.db, owner);
  for (const one of bestFirst(all, host, context.now())) {
    const found = await storedCertificate(context, host, one);
    if (found !== undefined) return found;
  }
  return newSelfSigned(context, host);
}

/** The valid ones that an authority has issued for the domain: those for most of the names first, then the latest. */
function bestFirst(
  all: readonly StoredCertificate[],
  { servername, otherNames }: NewHost,
  nowMs: number,
): StoredCertificate[] {
  const secured = ({ facts: { domains } }: StoredCertificate) =>
    otherNames.filter((name) => isCovered(name, domains)).length;
  return all
    .filter(({ facts }) => {
      const { domains, isSelfSigned, notBefore, notAfter } = facts;
      const isValid = notBefore * 1000 <= nowMs && nowMs < notAfter * 1000;
      return isValid && !isSelfSigned && isCovered(servername, domains);
    })
    .sort((a, b) => secured(b) - secured(a) || b.facts.notAfter - a.facts.notAfter);
}

/** Undefined if its key is not stored. */
async function storedCertificate(
  context: SealedStore,
  { username, servername }: HostOfCertificate,
  { username: owner, pem, chain, facts, keyId: ofKey }: StoredCertificate,
): Promise<NewCertificate | undefined> {
  const [key, sealedKey] = [
    await findKey(context, owner, ofKey),
    await findSealedKey(context.db, owner, ofKey),
  ];
  if (key === undefined || sealedKey === undefined) return undefined;
  const digest = digestOf(`${key}${pem}${chain}`);
  return {
    ...{ username, servername, pem, chain, facts, digest, sealedKey },
    keyPurpose: purposeOf(ofKey),
    path: pathOf(servername, digest),
  };
}

/**
 * A new key and a self-signed certificate, so that a virtual host answers with TLS until it gets another one.
 * @throws ApiError `key_lost`.
 */
export async function newSelfSigned(
  context: SealedStore & Pick<Context, 'now'>,
  host: NewHost,
): Promise<NewCertificate> {
  const key = await createKey('prime256v1');
  const domains = [host.servername, ...host.otherNames];
  const certificate = createSelfSigned(key, { domains }, context.now());
  return newCertificate(context, host, { certificate, issuers: [], key });
}
