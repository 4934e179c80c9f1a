// The parameters of functions that generate signing requests and certificates.
import type { Param } from '../../../core/define.ts';
import type { NameFields } from './facts.ts';

/** The attributes of a distinguished name, with the bounds of X.520. */
export const subjectParams = {
  countryName: {
    type: 'string',
    pattern: { matches: /^(?:[A-Za-z]{2})?$/, expects: 'the two letters of a country, such as DE' },
    doc: 'The country as two letters, such as DE (ISO 3166-1).',
  },
  stateOrProvinceName: { type: 'string', maxLength: 128, doc: 'The state or province.' },
  localityName: { type: 'string', maxLength: 128, doc: 'The town.' },
  organizationName: { type: 'string', maxLength: 64, doc: 'The name of the company.' },
  organizationalUnitName: { type: 'string', maxLength: 64, doc: 'The department of the company.' },
  emailAddress: {
    type: 'string',
    maxLength: 254,
    pattern: { matches: /^[\x21-\x7e]*$/, expects: 'an email address in ASCII, or empty' },
    doc: 'An email address, which becomes part of the certificate.',
  },
} as const satisfies Readonly<Record<string, Param>>;

export const challengePassword = {
  type: 'string',
  default: '',
  maxLength: 255,
  sensitive: true,
  doc: 'A challenge password in the signing request. Few authorities use it, and anyone who has the request can read it.',
} as const satisfies Param;

export const wantedDomains = {
  type: 'string',
  required: true,
  multiline: true,
  maxLength: 32_768,
  doc: 'The domains that the certificate is for, with commas between them. A wildcard is written *.example.com.',
} as const satisfies Param;

/** What the functions of UAPI need: a key of the account, and the subject. */
export const keyAndSubject = {
  domains: wantedDomains,
  key_id: { type: 'string', required: true, maxLength: 400, doc: 'The ID of the key.' },
  countryName: { ...subjectParams.countryName, required: true },
  stateOrProvinceName: { ...subjectParams.stateOrProvinceName, required: true },
  localityName: { ...subjectParams.localityName, required: true },
  organizationName: { ...subjectParams.organizationName, required: true },
  organizationalUnitName: { ...subjectParams.organizationalUnitName, default: '' },
  emailAddress: { ...subjectParams.emailAddress, default: '' },
} as const satisfies Readonly<Record<string, Param>>;

/** For examples. */
export const exampleOfSubject = {
  domains: 'bob.example,www.bob.example',
  key_id: 'd1a3f_8c2e0_0123456789abcdef0123456789abcdef',
  countryName: 'DE',
  stateOrProvinceName: 'Berlin',
  localityName: 'Berlin',
  organizationName: 'Bob’s Shop',
} as const;

type Subject = Readonly<Record<keyof typeof subjectParams, string>>;

export function subjectFields(given: Subject): NameFields {
  const { stateOrProvinceName, localityName, organizationName, organizationalUnitName, emailAddress } = given;
  const countryName = given.countryName.toUpperCase();
  return {
    ...{ countryName, stateOrProvinceName, localityName, organizationName },
    ...{ organizationalUnitName, emailAddress },
  };
}
