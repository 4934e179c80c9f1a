// What a certificate says, in the form of WHM's responses. It is read once, when a certificate arrives, and stored.

/** The attributes of a distinguished name, by their long names: `commonName`, `organizationName`, … */
export type NameFields = Readonly<Record<string, string>>;

/** JSON. */
export interface CertificateFacts {
  readonly subject: NameFields;
  readonly issuer: NameFields;
  /** DNS names of the subjectAltName, in lower case, with A-labels. Without any: the common name if it is a domain. */
  readonly domains: readonly string[];
  readonly key: KeyFacts;
  /** As OpenSSL names it: `sha256WithRSAEncryption`. */
  readonly signatureAlgorithm: string;
  /** Seconds since 1970-01-01. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** True if its own key has signed it. */
  readonly isSelfSigned: boolean;
  /** By the policies of the CA/Browser Forum. Null if it has none of them. */
  readonly validationType: 'ev' | 'ov' | 'dv' | null;
  /** SHA-256 of its DER encoding, in hexadecimal. */
  readonly digest: string;
}

/** What a signing request says. JSON. */
export interface RequestFacts {
  readonly subject: NameFields;
  /** As those of a certificate. */
  readonly domains: readonly string[];
  readonly key: KeyFacts;
}

export interface KeyFacts {
  /** `rsaEncryption`, `id-ecPublicKey`, or OpenSSL's name of another algorithm. */
  readonly algorithm: string;
  /** Hexadecimal, without leading zeros. Null unless RSA, as the next two. */
  readonly modulus: string | null;
  readonly bits: number | null;
  /** Hexadecimal. */
  readonly exponent: string | null;
  /** `prime256v1`. Null unless it is an elliptic curve, as the next one. */
  readonly curve: string | null;
  /** The compressed point, in hexadecimal (SEC 1, section 2.3.3). */
  readonly point: string | null;
  /** SHA-256 of the DER encoding of the public key, in hexadecimal. */
  readonly digest: string;
}

/** The fields that describe a key in every response. */
export const keyFields = {
  key_algorithm: { type: 'string', doc: 'The kind of key: rsaEncryption or id-ecPublicKey.' },
  modulus: { type: 'string|null', doc: 'The modulus of an RSA key, in hexadecimal.' },
  modulus_length: { type: 'any', doc: 'The length of an RSA key in bits; null for other keys.' },
  ecdsa_curve_name: { type: 'string|null', doc: 'The curve of an ECDSA key, such as prime256v1.' },
  ecdsa_public: { type: 'string|null', doc: 'The compressed public point of an ECDSA key, in hexadecimal.' },
} as const;

export function keyAnswer({ algorithm, modulus, bits, curve, point }: KeyFacts) {
  return {
    key_algorithm: algorithm,
    modulus,
    modulus_length: bits,
    ecdsa_curve_name: curve,
    ecdsa_public: point,
  };
}

/** The fields that describe a certificate in most responses. */
export const certificateFields = {
  domains: { list: { type: 'string' }, doc: 'The domains that it secures.' },
  ...keyFields,
  is_self_signed: {
    type: 'flag',
    doc: 'Whether its own key has signed it, so that browsers do not trust it.',
  },
  'issuer.commonName': { type: 'string', doc: 'The issuer; empty if it has no such attribute.' },
  'issuer.organizationName': {
    type: 'string',
    doc: 'The issuer’s organisation; empty if it has no such attribute.',
  },
  issuer_text: { type: 'string', doc: 'The issuer: each attribute and its value, on lines of their own.' },
  not_before: { type: 'integer', doc: 'The first second of its validity, since 1970-01-01 UTC.' },
  not_after: { type: 'integer', doc: 'The last second of its validity, since 1970-01-01 UTC.' },
  signature_algorithm: { type: 'string', doc: 'How it was signed: sha256WithRSAEncryption.' },
  validation_type: {
    type: 'string|null',
    doc: 'What the authority validated: dv (the domain), ov (the organisation), ev (extended); null if unknown.',
  },
} as const;

export function certificateAnswer(facts: CertificateFacts) {
  const { commonName = '', organizationName = '' } = facts.issuer;
  const key = keyAnswer(facts.key);
  // Written without `...`, which takes V8 several times as long in the middle of an object.
  return {
    domains: [...facts.domains],
    key_algorithm: key.key_algorithm,
    modulus: key.modulus,
    modulus_length: key.modulus_length,
    ecdsa_curve_name: key.ecdsa_curve_name,
    ecdsa_public: key.ecdsa_public,
    is_self_signed: facts.isSelfSigned ? 1 : 0,
    'issuer.commonName': commonName,
    'issuer.organizationName': organizationName,
    issuer_text: nameText(facts.issuer),
    not_before: facts.notBefore,
    not_after: facts.notAfter,
    signature_algorithm: facts.signatureAlgorithm,
    validation_type: facts.validationType,
  };
}

/** The fields that describe an installed certificate in UAPI. */
export const installedFields = {
  id: { type: 'string', doc: 'The ID of the certificate.' },
  ...certificateFields,
  'subject.commonName': { type: 'string', doc: 'The common name; empty if it has none.' },
  subject_text: {
    type: 'string',
    doc: 'The subject: each attribute and its value, on lines of their own.',
  },
} as const;

export function installedAnswer({ id, facts }: { readonly id: string; readonly facts: CertificateFacts }) {
  return {
    id,
    ...certificateAnswer(facts),
    'subject.commonName': facts.subject.commonName ?? '',
    subject_text: nameText(facts.subject),
  };
}

/** Each attribute and its value, on lines of their own. */
export function nameText(name: NameFields): string {
  return Object.keys(name)
    .map((attribute) => `${attribute}\n${name[attribute] ?? ''}`)
    .join('\n');
}

/** A name for people: the common name, or else the whole name. */
export function nameOfSubject({ commonName, ...others }: NameFields): string {
  return commonName ?? (Object.values(others).join(', ') || 'without a name');
}
