// Checks a certificate, its key and its chain before a daemon gets them. A daemon that reads a wrong pair may not start.
import { badParam, type ApiError } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { chainOf } from './chain.ts';
import { nameOfSubject, type CertificateFacts, type KeyFacts } from './facts.ts';
import { assertLoadable } from './loadable.ts';
import { readCertificates, readPrivateKey, type ReadCertificate, type ReadKey } from './x509.ts';

/** PEM texts as a caller passes them. */
export interface GivenCertificate {
  /** One certificate, or one and its chain. */
  readonly crt: string;
  readonly key: string;
  /** The chain, in any order. Empty if there is none. */
  readonly cab: string;
  /** The name of the parameter with the certificate, for messages. Default: `crt`. */
  readonly certificateParam?: string;
  /** The name of the parameter with the chain, for messages. Default: `cab`. */
  readonly bundleParam?: string;
}

export interface CheckedCertificate {
  readonly certificate: ReadCertificate;
  /** In order, from its issuer on. */
  readonly issuers: readonly ReadCertificate[];
  readonly key: ReadKey;
  /** Sentences about what works and may still surprise. */
  readonly warnings: readonly string[];
}

const MIN_RSA_BITS = 2048;
/** The curves that browsers support. */
const CURVES = ['prime256v1', 'secp384r1', 'secp521r1'];
const WEAK_SIGNATURE = /md[245]|sha1\b|sha1With|with-SHA1/i;

/**
 * @param stored issuers of other certificates, in case `cab` lacks them.
 * @param now milliseconds since 1970-01-01.
 * @throws ApiError `bad_param` with what is wrong, which never quotes the key.
 */
export function checkCertificate(
  given: GivenCertificate,
  now: number,
  stored: readonly ReadCertificate[] = [],
): CheckedCertificate {
  const key = readPrivateKey('key', given.key);
  assertStrongKey(key.facts);
  const own = readCertificates(given.certificateParam ?? 'crt', given.crt);
  const certificate = own.find((one) => isPair(one.facts, key.facts)) ?? own[0];
  if (certificate === undefined || !isPair(certificate.facts, key.facts)) throw notAPair(own, key.facts);
  if (!certificate.x509.checkPrivateKey(key.key)) throw notAPair(own, key.facts);
  assertUsable(certificate, 'The certificate', now);
  const bundle = given.cab.trim() === '' ? [] : readCertificates(given.bundleParam ?? 'cab', given.cab);
  const others = [...own.filter((one) => one !== certificate), ...bundle];
  const chain = withChain(certificate, others, { now, stored, param: given.bundleParam ?? 'cab' });
  assertLoadable(certificate, chain.issuers, key);
  return { certificate, key, ...chain };
}

function isPair(certificate: CertificateFacts, key: KeyFacts): boolean {
  return certificate.key.digest === key.digest;
}

function notAPair(own: readonly ReadCertificate[], key: KeyFacts): ApiError {
  const [first] = own;
  const name = quote(first === undefined ? '' : nameOfSubject(first.facts.subject));
  const kinds = [first?.facts.key.algorithm, key.algorithm];
  const why = kinds[0] === kinds[1] ? '' : ` Its key is ${kinds[0]}, and the given one is ${kinds[1]}.`;
  return badParam(
    `The key does not belong to the certificate ${name}.${why} Pass the key with which the certificate was requested.`,
  );
}

/** @throws ApiError `bad_param`. */
export function assertStrongKey(key: KeyFacts): void {
  const weakness = weaknessOf(key);
  if (weakness === undefined) return;
  throw badParam(
    `${weakness} Use an RSA key of at least ${MIN_RSA_BITS} bits, or an ECDSA key on the curve ${CURVES.slice(0, 2).join(' or ')}.`,
  );
}

/** A sentence about a key that browsers refuse. Undefined for all others. */
function weaknessOf({ algorithm, bits, curve }: KeyFacts): string | undefined {
  switch (algorithm) {
    case 'rsaEncryption':
      return (bits ?? 0) >= MIN_RSA_BITS ? undefined : `The RSA key has ${bits} bits, which is too weak.`;
    case 'id-ecPublicKey':
      return CURVES.includes(curve ?? '')
        ? undefined
        : `The curve ${curve ?? 'of the key'} is not one that browsers support.`;
    default:
      return `Browsers do not support keys of the type ${algorithm}.`;
  }
}

/** @throws ApiError `bad_param` if browsers refuse it at this time. */
function assertUsable(certificate: ReadCertificate, what: string, now: number): void {
  const { facts } = certificate;
  const name = quote(nameOfSubject(facts.subject));
  if (facts.notBefore > Math.floor(now / 1000)) {
    throw badParam(`${what} ${name} is not valid before ${day(facts.notBefore)}. Install it then.`);
  }
  assertUsableLater(certificate, what, now);
}

/**
 * For a certificate that may become valid later.
 * @throws ApiError `bad_param` if browsers refuse it.
 */
export function assertUsableLater({ facts }: ReadCertificate, what: string, now: number): void {
  const name = quote(nameOfSubject(facts.subject));
  if (facts.notAfter < Math.floor(now / 1000)) {
    throw badParam(`${what} ${name} expired on ${day(facts.notAfter)}. Renew it.`);
  }
  // Nobody verifies the signature of a root.
  if (!facts.isSelfSigned && WEAK_SIGNATURE.test(facts.signatureAlgorithm)) {
    throw badParam(
      `${what} ${name} is signed with ${facts.signatureAlgorithm}, which browsers refuse. Request it again, with SHA-256.`,
    );
  }
}

function withChain(
  certificate: ReadCertificate,
  given: readonly ReadCertificate[],
  {
    now,
    stored,
    param,
  }: { readonly now: number; readonly stored: readonly ReadCertificate[]; readonly param: string },
): Pick<CheckedCertificate, 'issuers' | 'warnings'> {
  const { facts } = certificate;
  const { issuers, isComplete } = chainOf(certificate, [...given, ...stored]);
  const unused = given.filter((one) => one.facts.digest !== facts.digest && !issuers.includes(one));
  const issuer = quote(nameOfSubject(facts.issuer));
  if (given.length > 0 && issuers.length === 0 && unused.length > 0 && !facts.isSelfSigned) {
    throw badParam(
      `The parameter “${param}” does not contain the issuer of the certificate, ${issuer}. Pass the CA bundle that the ` +
        'authority sent with this certificate.',
    );
  }
  // A root in the chain is of no use to clients, which have their own. One that servers or browsers refuse is left out.
  const seconds = Math.floor(now / 1000);
  const isRefusedRoot = ({ facts: root, x509 }: ReadCertificate) =>
    root.isSelfSigned &&
    (root.notBefore > seconds || root.notAfter < seconds || !x509.ca || weaknessOf(root.key) !== undefined);
  const chain = issuers.filter((one) => !isRefusedRoot(one));
  for (const one of chain) {
    assertUsable(one, 'The CA certificate', now);
    const name = quote(nameOfSubject(one.facts.subject));
    const weakness = weaknessOf(one.facts.key);
    if (weakness !== undefined) {
      throw badParam(
        `The CA certificate ${name} cannot be used. ${weakness} Ask the authority for its present chain.`,
      );
    }
    if (one.x509.ca) continue;
    throw badParam(`The certificate ${name} of the chain may not issue certificates, so browsers refuse it.`);
  }
  return {
    issuers: chain,
    warnings: warningsAbout(facts, { unused, isComplete, last: chain.at(-1), param }),
  };
}

function warningsAbout(
  { isSelfSigned, issuer, domains }: CertificateFacts,
  {
    unused,
    isComplete,
    last,
    param,
  }: CheckedChain & { readonly last: ReadCertificate | undefined; readonly param: string },
): string[] {
  const warnings: string[] = [];
  if (isSelfSigned) warnings.push('The certificate is self-signed, so browsers warn their users about it.');
  if (!isComplete) {
    const missing = quote(nameOfSubject(last?.facts.issuer ?? issuer));
    warnings.push(
      `The chain is not complete: the certificate of ${missing} is missing. Pass it in “${param}”, unless every client has it.`,
    );
  }
  if (domains.length === 0) warnings.push('The certificate names no domain, so browsers refuse it.');
  if (unused.length > 0) {
    const names = unused.map((one) => quote(nameOfSubject(one.facts.subject)));
    warnings.push(`These certificates are not part of the chain and were left out: ${names.join(', ')}.`);
  }
  return warnings;
}

interface CheckedChain {
  readonly unused: readonly ReadCertificate[];
  readonly isComplete: boolean;
}

function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}
