// The chain from a certificate to a root (RFC 5280, section 6), and what is wrong with it.
import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { isIssuedBy, type ReadCertificate } from './x509.ts';

export interface Chain {
  /** From the issuer of the certificate towards the root, which may be the last. Never the certificate itself. */
  readonly issuers: readonly ReadCertificate[];
  /** What `candidates` had besides. */
  readonly unused: readonly ReadCertificate[];
  /** True if it ends at a root: one that the browsers' list has, or a self-signed certificate. */
  readonly isComplete: boolean;
}

/** Longer than any real chain. Each certificate can cost as many verifications as there are candidates. */
const MAX_ISSUERS = 10;

/** Orders the certificates of a bundle, which may be in any order. */
export function chainOf(leaf: ReadCertificate, candidates: readonly ReadCertificate[]): Chain {
  const others = new Map(candidates.map((one) => [one.facts.digest, one]));
  others.delete(leaf.facts.digest);
  const issuers: ReadCertificate[] = [];
  let last = leaf;
  while (!last.facts.isSelfSigned && issuers.length < MAX_ISSUERS) {
    const issuer = [...others.values()].find((one) => isIssuedBy(last.x509, one.x509));
    if (issuer === undefined) break;
    others.delete(issuer.facts.digest);
    issuers.push(issuer);
    last = issuer;
  }
  const isComplete = last.facts.isSelfSigned || hasKnownRoot(last.x509);
  return { issuers, unused: [...others.values()], isComplete };
}

/**
 * What OpenSSL would say when it verifies the certificate with Mozilla's list of roots; empty if it is trusted.
 * @param now seconds since 1970-01-01.
 */
export function verifyError(leaf: ReadCertificate, issuers: readonly ReadCertificate[], now: number): string {
  const all = [leaf, ...issuers];
  const last = issuers.at(-1) ?? leaf;
  if (leaf.facts.isSelfSigned) return 'self-signed certificate';
  if (all.some(({ facts }) => facts.notAfter < now)) return 'certificate has expired';
  if (all.some(({ facts }) => facts.notBefore > now)) return 'certificate is not yet valid';
  if (hasKnownRoot(last.x509)) return '';
  if (!last.facts.isSelfSigned) return 'unable to get local issuer certificate';
  return isKnownRoot(last.x509) ? '' : 'self-signed certificate in certificate chain';
}

function hasKnownRoot(certificate: X509Certificate): boolean {
  return (rootsBySubject().get(certificate.issuer) ?? []).some((root) => isIssuedBy(certificate, root));
}

function isKnownRoot({ subject, fingerprint256 }: X509Certificate): boolean {
  return (rootsBySubject().get(subject) ?? []).some((root) => root.fingerprint256 === fingerprint256);
}

let roots: Map<string, X509Certificate[]> | undefined;

function rootsBySubject(): ReadonlyMap<string, readonly X509Certificate[]> {
  if (roots === undefined) {
    roots = new Map();
    for (const pem of rootCertificates) {
      const root = new X509Certificate(pem);
      roots.set(root.subject, [...(roots.get(root.subject) ?? []), root]);
    }
  }
  return roots;
}
