// The parameters of the functions of API 2 that generate keys, signing requests and certificates for one domain.
import type { Param } from '../../../core/define.ts';
import { hostName } from '../../../ground/rules/accounts/names.ts';
import type { NameFields } from './facts.ts';
import { subjectFields, subjectParams } from './subject-params.ts';

export const hostParams = {
  host: { ...hostName, required: true, doc: 'The domain. A wildcard is written *.example.com.' },
  country: { ...subjectParams.countryName, default: '' },
  state: { ...subjectParams.stateOrProvinceName, default: '' },
  city: { ...subjectParams.localityName, default: '' },
  company: { ...subjectParams.organizationName, default: '' },
  companydivision: { ...subjectParams.organizationalUnitName, default: '' },
  email: { ...subjectParams.emailAddress, default: '' },
  key: {
    type: 'string',
    multiline: true,
    sensitive: true,
    maxLength: 32_768,
    doc: 'The private key, as some clients pass it.',
    noEffectReason: 'The newest stored key of the domain is used.',
  },
} as const satisfies Readonly<Record<string, Param>>;

type Given = Readonly<Record<'country' | 'state' | 'city' | 'company' | 'companydivision' | 'email', string>>;

export function fieldsOfHost({ country, state, city, company, companydivision, email }: Given): NameFields {
  return subjectFields({
    ...{ countryName: country, stateOrProvinceName: state, localityName: city },
    ...{ organizationName: company, organizationalUnitName: companydivision, emailAddress: email },
  });
}

/** The response of functions that generate something. */
export const outcomeFields = {
  result: { type: 'flag', doc: '1 if it was done.' },
  output: { type: 'string', doc: 'What was done, or why it failed.' },
} as const;
