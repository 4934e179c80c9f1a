// Creates keys, self-signed certificates (RFC 5280) and signing requests (PKCS #10, RFC 2986).
import { createPublicKey, generateKeyPair, randomBytes, webcrypto, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import {
  BasicConstraintsExtension,
  ChallengePasswordAttribute,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  Name,
  type JsonAttributeObject,
} from '@peculiar/x509';
import type { NameFields, RequestFacts } from './facts.ts';
import { certificateOf, keyOf, requestFactsOf, type ReadCertificate, type ReadKey } from './x509.ts';

export type KeyKind = 'prime256v1' | 'secp384r1' | { readonly rsaBits: number };

const generate = promisify(generateKeyPair);

export async function createKey(kind: KeyKind): Promise<ReadKey> {
  const pair =
    typeof kind === 'object'
      ? await generate('rsa', { modulusLength: kind.rsaBits })
      : await generate('ec', { namedCurve: kind });
  return keyOf(pair.privateKey);
}

export interface CertificateSubject {
  /** At least one; the first is also the common name, if it is short enough. */
  readonly domains: readonly string[];
  /** `organizationName`, `countryName`, … */
  readonly fields?: NameFields;
}

const DAY_MS = 86_400_000;
/** As WHM's. */
const SELF_SIGNED_DAYS = 365;
/** The upper bound of X.520 (RFC 5280, appendix A.1). */
const MAX_COMMON_NAME = 64;

/** @param now milliseconds since 1970-01-01. */
export async function createSelfSigned(
  key: ReadKey,
  subject: CertificateSubject,
  now: number,
): Promise<ReadCertificate> {
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      ...(await signedBy(key)),
      serialNumber: serialNumber(),
      name: nameOf(subject),
      notBefore: new Date(now),
      notAfter: new Date(now + SELF_SIGNED_DAYS * DAY_MS),
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        alternativeNames(subject),
      ],
    },
    webcrypto,
  );
  return certificateOf(certificate.toString('pem'));
}

export interface CreatedRequest {
  /** PEM, with a line break at its end. */
  readonly pem: string;
  readonly der: Uint8Array;
  readonly facts: RequestFacts;
}

/** @param password the challenge password of PKCS #9, which few authorities use. Empty for none. */
export async function createRequest(
  key: ReadKey,
  subject: CertificateSubject,
  password = '',
): Promise<CreatedRequest> {
  const request = await Pkcs10CertificateRequestGenerator.create(
    {
      ...(await signedBy(key)),
      name: nameOf(subject),
      extensions: [alternativeNames(subject)],
      attributes: password === '' ? [] : [new ChallengePasswordAttribute(password)],
    },
    webcrypto,
  );
  const pem = `${request.toString('pem')}\n`;
  return { pem, der: new Uint8Array(request.rawData), facts: requestFactsOf(pem) };
}

/** Positive, at most 20 octets, with at least 64 random bits (RFC 5280, section 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) % 0x40) | 0x40;
  return bytes.toString('hex');
}

/** The order of WHM, from the country to the domain. */
const SHORT: readonly (readonly [string, string])[] = [
  ['countryName', 'C'],
  ['stateOrProvinceName', 'ST'],
  ['localityName', 'L'],
  ['organizationName', 'O'],
  ['organizationalUnitName', 'OU'],
  ['emailAddress', 'E'],
];

function nameOf({ domains, fields = {} }: CertificateSubject): Name {
  const [first = ''] = domains;
  return new Name([
    ...SHORT.flatMap(([field, type]) => {
      const value = fields[field] ?? '';
      return value === '' ? [] : [{ [type]: [typed(type, value)] }];
    }),
    ...(first.length > MAX_COMMON_NAME ? [] : [{ CN: [typed('CN', first)] }]),
  ]);
}

/** The string types of RFC 5280, appendix A.1. A plain string that begins with “#” would be read as hexadecimal. */
function typed(type: string, value: string): JsonAttributeObject {
  if (type === 'C') return { printableString: value };
  return type === 'E' ? { ia5String: value } : { utf8String: value };
}

function alternativeNames({ domains }: CertificateSubject): SubjectAlternativeNameExtension {
  // Critical if the subject is empty (RFC 5280, section 4.2.1.6).
  const isCritical = (domains[0] ?? '').length > MAX_COMMON_NAME;
  const names = domains.map((value) => ({ type: 'dns' as const, value }));
  return new SubjectAlternativeNameExtension(names, isCritical);
}

const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
};

/** The key as Web Cryptography wants it. */
async function signedBy({ key, facts }: ReadKey) {
  const namedCurve = CURVES[facts.curve ?? ''];
  const algorithm =
    namedCurve === undefined ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } : { name: 'ECDSA', namedCurve };
  const [privateKey, publicKey] = await Promise.all([
    webcrypto.subtle.importKey('pkcs8', der(key, 'pkcs8'), algorithm, true, ['sign']),
    webcrypto.subtle.importKey('spki', der(createPublicKey(key), 'spki'), algorithm, true, ['verify']),
  ]);
  const signingAlgorithm = namedCurve === undefined ? algorithm : { name: 'ECDSA', hash: 'SHA-256' };
  return { keys: { privateKey, publicKey }, signingAlgorithm };
}

function der(key: KeyObject, type: 'pkcs8' | 'spki'): Uint8Array {
  return new Uint8Array(key.export({ type, format: 'der' } as never) as unknown as Uint8Array);
}
