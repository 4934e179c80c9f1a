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

type Subject = Readonly<Record<keyof typeof subjectParams, string>>;

export function subjectFields(given: Subject): NameFields {
  const { stateOrProvinceName, localityName, organizationName, organizationalUnitName, emailAddress } = given;
  const countryName = given.countryName.toUpperCase();
  return {
    ...{ countryName, stateOrProvinceName, localityName, organizationName },
    ...{ organizationalUnitName, emailAddress },
  };
}
