// Creates keys, self-signed certificates (RFC 5280) and signing requests (PKCS #10, RFC 2986).
import { createPublicKey, generateKeyPair, randomBytes, sign, webcrypto, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  Name as EncodedName,
  SubjectAlternativeName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_subjectAltName,
  id_kp_serverAuth,
} from '@peculiar/asn1-x509';
import {
  ChallengePasswordAttribute,
  Name,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
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

/**
 * The fields of RFC 5280, sections 4.1 and 4.2. The library of signing requests has a generator for certificates too, which
 * takes more than twice as long.
 * @param now milliseconds since 1970-01-01.
 */
export function createSelfSigned(key: ReadKey, subject: CertificateSubject, now: number): ReadCertificate {
  const name = nameOf(subject);
  const encodedName = AsnConvert.parse(name.toArrayBuffer(), EncodedName);
  const validity = { notBefore: new Date(now), notAfter: new Date(now + SELF_SIGNED_DAYS * DAY_MS) };
  const signatureAlgorithm = signatureAlgorithmOf(key.facts);
  const toBeSigned = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(),
    signature: signatureAlgorithm,
    issuer: encodedName,
    validity: new Validity(validity),
    subject: encodedName,
    subjectPublicKeyInfo: AsnConvert.parse(der(createPublicKey(key.key), 'spki'), SubjectPublicKeyInfo),
    extensions: new Extensions([...extensionsOfServers(), namesExtension(subject)]),
  });
  const signature = sign('sha256', new Uint8Array(AsnConvert.serialize(toBeSigned)), key.key);
  const certificate = new Certificate({
    tbsCertificate: toBeSigned,
    signatureAlgorithm,
    signatureValue: new Uint8Array(signature).buffer,
  });
  const { domains } = subject;
  return createdCertificate(new Uint8Array(AsnConvert.serialize(certificate)), {
    ...{ name, domains, validity, key: key.facts },
  });
}

let ofServers: readonly Extension[] | undefined;

/** The same in each certificate, so they are made once. */
function extensionsOfServers(): readonly Extension[] {
  ofServers ??= [
    extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: false })),
    extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage([id_kp_serverAuth])),
  ];
  return ofServers;
}

function namesExtension(subject: CertificateSubject): Extension {
  const names = subject.domains.map((dNSName) => new GeneralName({ dNSName }));
  return extension(id_ce_subjectAltName, isWithoutName(subject), new SubjectAlternativeName(names));
}

function extension(extnID: string, critical: boolean, value: object): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
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
function serialNumber(): ArrayBuffer {
  const bytes = new Uint8Array(randomBytes(16));
  bytes[0] = ((bytes[0] ?? 0) % 0x40) | 0x40;
  return bytes.buffer;
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
    ...(isWithoutName({ domains }) ? [] : [{ CN: [typed('CN', first)] }]),
  ]);
}

/** The string types of RFC 5280, appendix A.1. A plain string that begins with “#” would be read as hexadecimal. */
function typed(type: string, value: string): JsonAttributeObject {
  if (type === 'C') return { printableString: value };
  return type === 'E' ? { ia5String: value } : { utf8String: value };
}

/** The alternative names are then critical, because the subject may be empty (RFC 5280, section 4.2.1.6). */
function isWithoutName({ domains: [first = ''] }: Pick<CertificateSubject, 'domains'>): boolean {
  return first.length > MAX_COMMON_NAME;
}

function alternativeNames(subject: CertificateSubject): SubjectAlternativeNameExtension {
  const names = subject.domains.map((value) => ({ type: 'dns' as const, value }));
  return new SubjectAlternativeNameExtension(names, isWithoutName(subject));
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

/** ecdsa-with-SHA256 (RFC 5758) or sha256WithRSAEncryption (RFC 4055), which has NULL as its parameters. */
function signatureAlgorithmOf(facts: ReadKey['facts']): AlgorithmIdentifier {
  const isRsa = algorithmsOf(facts).keyAlgorithm.name !== 'ECDSA';
  return isRsa
    ? new AlgorithmIdentifier({ algorithm: '1.2.840.113549.1.1.11', parameters: null })
    : new AlgorithmIdentifier({ algorithm: '1.2.840.10045.4.3.2' });
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
