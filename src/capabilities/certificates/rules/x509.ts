// Reads certificates (X.509, RFC 5280) and private keys in PEM. node:crypto only computes; nothing here uses the machine.
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  ECDH,
  sign,
  verify,
  X509Certificate,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  CertificatePolicyExtension,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  X509Certificate as Parsed,
  type Name,
} from '@peculiar/x509';
import { badParam } from '../../../core/errors.ts';
import type { CertificateFacts, KeyFacts, NameFields, RequestFacts } from './facts.ts';

export interface ReadCertificate {
  /** PEM, with a line break at its end. */
  readonly pem: string;
  readonly facts: CertificateFacts;
  readonly x509: X509Certificate;
}

export interface ReadKey {
  /** PEM of PKCS #8 (RFC 5958), with a line break at its end. Secret. */
  readonly pem: string;
  readonly facts: KeyFacts;
  readonly key: KeyObject;
}

const CERTIFICATE = /-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[^-]+-----END \1-----/g;

/**
 * Reads all certificates of a text. Text before, between and after them is ignored, as OpenSSL writes it.
 * @param param the parameter's name, for error messages.
 * @throws ApiError `bad_param` if there is none, or one cannot be read.
 */
export function readCertificates(param: string, text: string): ReadCertificate[] {
  const blocks = [...text.matchAll(CERTIFICATE)].map(([block]) => block);
  if (blocks.length === 0) {
    throw badParam(
      `The parameter “${param}” should contain a certificate in PEM: a block from “-----BEGIN CERTIFICATE-----” to ` +
        `“-----END CERTIFICATE-----”.${hintAbout(text)}`,
    );
  }
  return blocks.map((block, at) => {
    try {
      return certificateOf(block);
    } catch {
      const which = blocks.length === 1 ? 'The certificate' : `Certificate ${at + 1}`;
      throw badParam(
        `${which} of the parameter “${param}” cannot be read. Pass its PEM text completely and unchanged.`,
      );
    }
  });
}

function hintAbout(text: string): string {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return ' It contains a private key.';
  if (/-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----/.test(text)) {
    return ' It contains a signing request, which the authority turns into a certificate.';
  }
  if (text.includes('-----BEGIN PKCS7-----')) {
    return ' It contains PKCS #7. Convert it with “openssl pkcs7 -print_certs”.';
  }
  return '';
}

/** Reads one certificate that this program has stored. @throws if it cannot be read. */
export function certificateOf(pem: string): ReadCertificate {
  const x509 = new X509Certificate(pem);
  return readFrom(x509, new Parsed(x509.raw));
}

/** What a self-signed certificate was made of. */
interface Made {
  readonly name: Name;
  readonly domains: readonly string[];
  readonly validity: Validity;
  readonly key: KeyFacts;
}

interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/**
 * Describes a self-signed certificate that was just created, as `certificateOf` would: to read its name and its extensions
 * again takes as long as to create it.
 */
export function createdCertificate(
  created: Uint8Array,
  { name, domains, validity, key }: Made,
): ReadCertificate {
  const x509 = new X509Certificate(created);
  const subject = fieldsOf(name.toJSON());
  const facts = factsOf(x509, validity, {
    ...{ subject, issuer: subject, key },
    domains: domainsOf(domains, subject.commonName),
    signatureAlgorithm: key.curve === null ? 'sha256WithRSAEncryption' : 'ecdsa-with-SHA256',
    isSelfSigned: true,
    validationType: null,
  });
  return { pem: x509.toString(), facts, x509 };
}

function readFrom(x509: X509Certificate, parsed: Parsed): ReadCertificate {
  const subject = fieldsOf(parsed.subjectName.toJSON());
  const facts = factsOf(x509, parsed, {
    subject,
    issuer: fieldsOf(parsed.issuerName.toJSON()),
    domains: domainsOf(namesIn(parsed.getExtension(SubjectAlternativeNameExtension)), subject.commonName),
    key: keyFactsOf(x509.publicKey),
    signatureAlgorithm: signatureOf(parsed.signatureAlgorithm as unknown as SignatureAlgorithm),
    isSelfSigned: isIssuedBy(x509, x509),
    validationType: validationOf(parsed),
  });
  return { pem: x509.toString(), facts, x509 };
}

type GivenFacts = Omit<CertificateFacts, 'notBefore' | 'notAfter' | 'digest'>;

/** All facts, always in this order: `rebuilduserssldb` compares the JSON of the stored ones. */
function factsOf(
  x509: X509Certificate,
  { notBefore, notAfter }: Validity,
  { subject, issuer, domains, key, signatureAlgorithm, isSelfSigned, validationType }: GivenFacts,
): CertificateFacts {
  return {
    ...{ subject, issuer, domains, key, signatureAlgorithm },
    notBefore: Math.floor(notBefore.getTime() / 1000),
    notAfter: Math.floor(notAfter.getTime() / 1000),
    ...{ isSelfSigned, validationType },
    digest: x509.fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}

/** Reads a signing request (PKCS #10) that this program has stored. @throws if it cannot be read. */
export function requestFactsOf(pem: string): RequestFacts {
  const parsed = new Pkcs10CertificateRequest(pem);
  const subject = fieldsOf(parsed.subjectName.toJSON());
  const publicKey = Buffer.from(parsed.publicKey.rawData);
  return {
    subject,
    domains: domainsOf(
      namesIn(parsed.extensions.find((one) => one instanceof SubjectAlternativeNameExtension)),
      subject.commonName,
    ),
    key: keyFactsOf(createPublicKey({ key: publicKey, format: 'der', type: 'spki' })),
  };
}

/** For people, like “openssl x509 -text”. */
export function certificateAsText(pem: string): string {
  return `${new Parsed(pem).toString('text')}\n`;
}

/** For people, like “openssl req -text”. */
export function requestAsText(pem: string): string {
  return `${new Pkcs10CertificateRequest(pem).toString('text')}\n`;
}

/** Hexadecimal, in capital letters. */
export function serialNumberOf(pem: string): string {
  return new X509Certificate(pem).serialNumber;
}

/**
 * The ID by which an issuer knows its certificate (RFC 9773, section 4.1). Undefined if it does not name its issuer’s key, so
 * that it has none.
 */
export function renewalIdOf(pem: string): string | undefined {
  const parsed = new Parsed(pem);
  const keyId = parsed.getExtension(AuthorityKeyIdentifierExtension)?.keyId;
  if (keyId === undefined) return undefined;
  // A number as DER has it: a first byte of zero if it would be negative otherwise.
  const digits = parsed.serialNumber.replace(/^(?=(?:..)*.$)/, '0').replace(/^(?:00)+/, '');
  const serial = /^[89a-f]/i.test(digits) ? `00${digits}` : digits;
  return [keyId, serial].map((hex) => Buffer.from(hex, 'hex').toString('base64url')).join('.');
}

/** The end of its validity, as OpenSSL writes it: `Nov 26 08:06:00 2027 GMT`. */
export function expiryOf(pem: string): string {
  return new X509Certificate(pem).validTo;
}

/** True if the issuer's key has signed the certificate. */
export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    // Node's checkIssued also wants a certificate of an authority, which self-signed ones of servers are not.
    return certificate.issuer === issuer.subject && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

/**
 * Reads a private key: PKCS #8, PKCS #1 or SEC 1.
 * @throws ApiError `bad_param`, which never quotes the text.
 */
export function readPrivateKey(param: string, text: string): ReadKey {
  const [block] =
    /-----BEGIN ((?:RSA |EC |ENCRYPTED )?PRIVATE KEY)-----[^]+?-----END \1-----/.exec(text) ?? [];
  if (block === undefined) {
    throw badParam(
      `The parameter “${param}” should contain a private key in PEM: a block from “-----BEGIN PRIVATE KEY-----” to ` +
        `“-----END PRIVATE KEY-----”.`,
    );
  }
  if (/BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(block)) {
    throw badParam(
      `The private key of the parameter “${param}” has a passphrase, which a server cannot enter. Remove it with ` +
        `“openssl pkey -in FILE -out NEWFILE”.`,
    );
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(block);
  } catch {
    throw badParam(
      `The private key of the parameter “${param}” cannot be read. Pass its PEM text completely and unchanged.`,
    );
  }
  return keyOf(key);
}

export function keyOf(key: KeyObject): ReadKey {
  const pem = key.export({ type: 'pkcs8', format: 'pem' }) as string;
  return { pem, key, facts: keyFactsOf(createPublicKey(key)) };
}

/** False for a damaged key: OpenSSL also reads keys whose numbers do not fit together. */
export function canSign({ key }: ReadKey): boolean {
  const data = Buffer.from('a test');
  try {
    return verify('sha256', data, createPublicKey(key), sign('sha256', data, key));
  } catch {
    return false;
  }
}

/** SHA-256, in hexadecimal. */
export function digestOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

const ALGORITHMS: Readonly<Record<string, string>> = {
  rsa: 'rsaEncryption',
  ec: 'id-ecPublicKey',
  'rsa-pss': 'rsassaPss',
};

function keyFactsOf(publicKey: KeyObject): KeyFacts {
  const type = publicKey.asymmetricKeyType ?? '';
  const details = publicKey.asymmetricKeyDetails ?? {};
  const algorithm = ALGORITHMS[type] ?? type.toUpperCase();
  const der = publicKey.export({ type: 'spki', format: 'der' });
  const digest = digestOf(der);
  const none = { algorithm, modulus: null, bits: null, exponent: null, curve: null, point: null, digest };
  if (type === 'rsa') {
    const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
    return { ...none, modulus: hexOf(n), bits: details.modulusLength ?? null, exponent: hexOf(e) };
  }
  const { namedCurve: curve } = details;
  if (type !== 'ec' || curve === undefined) return none;
  return { ...none, curve, point: compressedPoint(publicKey, curve) };
}

/** Hexadecimal without leading zeros. */
function hexOf(base64url: string): string {
  return Buffer.from(base64url, 'base64url')
    .toString('hex')
    .replace(/^0+(?=.)/, '');
}

function compressedPoint(publicKey: KeyObject, curve: string): string | null {
  let jwk: JsonWebKey;
  try {
    jwk = publicKey.export({ format: 'jwk' });
  } catch {
    // JSON Web Keys exist for few curves (RFC 7518, section 6.2.1.1).
    return null;
  }
  const parts = [jwk.x ?? '', jwk.y ?? ''].map((part) => Buffer.from(part, 'base64url'));
  const point = Buffer.concat([Buffer.of(4), ...parts]);
  return ECDH.convertKey(point, curve, undefined, 'hex', 'compressed') as string;
}

/** The names of X.520 and PKCS #9, as OpenSSL writes them. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  CN: 'commonName',
  O: 'organizationName',
  OU: 'organizationalUnitName',
  C: 'countryName',
  ST: 'stateOrProvinceName',
  L: 'localityName',
  E: 'emailAddress',
  STREET: 'streetAddress',
  DC: 'domainComponent',
  SN: 'surname',
  G: 'givenName',
  '2.5.4.5': 'serialNumber',
  '2.5.4.15': 'businessCategory',
  '2.5.4.17': 'postalCode',
  '1.3.6.1.4.1.311.60.2.1.3': 'jurisdictionCountryName',
  '1.3.6.1.4.1.311.60.2.1.2': 'jurisdictionStateOrProvinceName',
};

function fieldsOf(name: readonly Readonly<Record<string, readonly string[]>>[]): NameFields {
  const fields: Record<string, string> = {};
  for (const [type, values] of name.flatMap((part) => Object.entries(part))) {
    const field = ATTRIBUTES[type] ?? type;
    // Line breaks would look like further attributes.
    const value = values.join(', ').replaceAll(/\s+/g, ' ');
    fields[field] = field in fields ? `${fields[field]}, ${value}` : value;
  }
  return fields;
}

const DOMAIN = /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}$/;

function namesIn(extension: SubjectAlternativeNameExtension | null | undefined): string[] {
  const names = extension?.names.items ?? [];
  return names.filter(({ type }) => type === 'dns').map(({ value }) => value);
}

function domainsOf(names: readonly string[], commonName: string | undefined): string[] {
  const alternative = names.map((name) => name.toLowerCase());
  const domains = alternative.length > 0 ? alternative : [commonName?.toLowerCase() ?? ''];
  return [...new Set(domains)].filter((domain) => DOMAIN.test(domain));
}

/** The policies of the CA/Browser Forum (Baseline Requirements, section 7.1.6.1). */
const POLICIES: Readonly<Record<string, 'ev' | 'ov' | 'dv'>> = {
  '2.23.140.1.1': 'ev',
  '2.23.140.1.2.2': 'ov',
  '2.23.140.1.2.1': 'dv',
};

function validationOf(parsed: Parsed): 'ev' | 'ov' | 'dv' | null {
  const policies = parsed.getExtension(CertificatePolicyExtension)?.policies ?? [];
  return policies.map((policy) => POLICIES[policy]).find((type) => type !== undefined) ?? null;
}

/** The algorithms without a name in Web Cryptography. */
const SIGNATURES: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.2': 'md2WithRSAEncryption',
  '1.2.840.113549.1.1.4': 'md5WithRSAEncryption',
  '1.2.840.113549.1.1.14': 'RSA-SHA224',
  'RSA-PSS': 'rsassaPss',
};

/** As Web Cryptography names it. An algorithm that it does not have is an object identifier. */
interface SignatureAlgorithm {
  readonly name: string;
  readonly hash?: { readonly name: string };
}

function signatureOf({ name, hash }: SignatureAlgorithm): string {
  const digest = hash?.name.replace('-', '') ?? '';
  if (name === 'RSASSA-PKCS1-v1_5') return `${digest.toLowerCase()}WithRSAEncryption`;
  if (name === 'ECDSA') return `ecdsa-with-${digest}`;
  return SIGNATURES[name] ?? name.toUpperCase();
}
