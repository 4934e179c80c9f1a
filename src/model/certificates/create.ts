// Creates keys, self-signed certificates (RFC 5280) and signing requests (PKCS #10, RFC 2986).
import { createPublicKey, generateKeyPair, randomBytes, sign, webcrypto, type KeyObject } from 'node:crypto';
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
  type Extension,
  type JsonAttributeObject,
} from '@peculiar/x509';
import type { NameFields, RequestFacts } from './facts.ts';
import { createdCertificate, keyOf, requestFactsOf, type ReadCertificate, type ReadKey } from './x509.ts';

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
  const { signingKey, signingAlgorithm, crypto } = signerFor(key);
  const name = nameOf(subject);
  const names = alternativeNames(subject);
  const certificate = await X509CertificateGenerator.create(
    {
      signingKey,
      signingAlgorithm,
      publicKey: der(createPublicKey(key.key), 'spki'),
      serialNumber: serialNumber(),
      subject: name,
      issuer: name,
      notBefore: new Date(now),
      notAfter: new Date(now + SELF_SIGNED_DAYS * DAY_MS),
      extensions: [...extensionsOfServers(), names],
    },
    crypto,
  );
  return createdCertificate(certificate, { name, alternativeNames: names, key: key.facts });
}

let ofServers: readonly Extension[] | undefined;

/** The same in each certificate, so they are made once. */
function extensionsOfServers(): readonly Extension[] {
  ofServers ??= [
    new BasicConstraintsExtension(false, undefined, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
  ];
  return ofServers;
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
  const { keyAlgorithm, signingAlgorithm } = algorithmsOf(facts);
  const [privateKey, publicKey] = await Promise.all([
    webcrypto.subtle.importKey('pkcs8', der(key, 'pkcs8'), keyAlgorithm, true, ['sign']),
    webcrypto.subtle.importKey('spki', der(createPublicKey(key), 'spki'), keyAlgorithm, true, ['verify']),
  ]);
  return { keys: { privateKey, publicKey }, signingAlgorithm };
}

/**
 * Lets node:crypto sign. The library only asks its key for the algorithm, and to import the key into Web Cryptography
 * would take a third of the time of a certificate.
 */
function signerFor({ key, facts }: ReadKey) {
  const { keyAlgorithm, signingAlgorithm } = algorithmsOf(facts);
  // The form of Web Cryptography: both numbers of a signature of ECDSA, one after the other.
  const given = facts.curve === null ? key : ({ key, dsaEncoding: 'ieee-p1363' } as const);
  const signer = {
    sign: async (_algorithm: unknown, _key: unknown, data: ArrayBuffer) => {
      const signature = sign('sha256', new Uint8Array(data), given);
      return new Uint8Array(signature).buffer;
    },
  };
  return {
    signingKey: { algorithm: keyAlgorithm } as unknown as webcrypto.CryptoKey,
    signingAlgorithm,
    crypto: { subtle: signer as unknown as webcrypto.SubtleCrypto } as webcrypto.Crypto,
  };
}

/** @throws Error for a key of another kind, which this program does not create. */
function algorithmsOf({ algorithm, curve }: ReadKey['facts']) {
  const namedCurve = CURVES[curve ?? ''];
  if (namedCurve !== undefined) {
    return {
      keyAlgorithm: { name: 'ECDSA', namedCurve },
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    };
  }
  if (algorithm !== 'rsaEncryption')
    throw new Error(`No certificate can be made with a key of ${algorithm}.`);
  const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  return { keyAlgorithm: rsa, signingAlgorithm: rsa };
}

function der(key: KeyObject, type: 'pkcs8' | 'spki'): Uint8Array {
  return new Uint8Array(key.export({ type, format: 'der' } as never) as unknown as Uint8Array);
}
