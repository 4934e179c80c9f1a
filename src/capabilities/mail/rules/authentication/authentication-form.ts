// The parameters and fields that the functions of WHM and UAPI for the authentication of mail have in common.
import type { Field, Param } from '../../../../core/define.ts';
import { existingDomain, domainName } from '../../../../ground/rules/accounts/names.ts';

const domain = { ...existingDomain, pattern: domainName.pattern } as const;

export const domainsParam = {
  ...domain,
  required: true,
  list: true,
  doc: 'A domain of an account. Repeatable, at most 100 in a call.',
} as const satisfies Param;

/** Default: all domains. */
export const optionalDomainsParam = {
  ...domain,
  list: true,
  doc: 'A domain of an account. Repeatable. Default: all domains that you have access to. At most 100 in a call.',
} as const satisfies Param;

/** Printable ASCII: a text that no zone file and no message can misread. */
const printable = { matches: /^[\x20-\x7e]*$/, expects: 'a text in ASCII, without control characters' };

export const textParam = {
  type: 'string',
  maxLength: 2048,
  pattern: printable,
  doc: 'The text of the record.',
} as const satisfies Param;

/** A private key of 4096 bits has about 3,250 characters. */
export const keyParam = {
  type: 'string',
  required: true,
  list: true,
  multiline: true,
  maxLength: 16_384,
  sensitive: true,
  doc:
    'An RSA private key in PEM, without a passphrase, of 1024 to 4096 bits. Repeatable: one for all domains, or one ' +
    'for each domain, in the same order.',
} as const satisfies Param;

const string = (doc: string) => ({ type: 'string', doc }) as const satisfies Field;

export const outcomeFields = {
  domain: string('The domain.'),
  status: { type: 'flag', doc: '1 if the domain has what was requested.' },
  msg: string(
    'The changes of the zone, or why there is none. If the zone is on another server, the record to add there.',
  ),
} as const satisfies Record<string, Field>;

export const keyFields = {
  domain: string('The domain.'),
  pem: { ...string('Its private key as PEM. Empty if it has none.'), secret: true },
} as const satisfies Record<string, Field>;

export const dkimFields = {
  domain: string('The domain.'),
  state: {
    type: 'string',
    doc:
      'VALID, if the record has the key of this server. MISMATCH: it has another key. MALFORMED: verifiers cannot use ' +
      'it. MISSING, MULTIPLE: the number of records. NOPUB: this server has no key. ERROR: the lookup failed.',
  },
  expected: string('The record that the domain should have. Empty if this server has no key for it.'),
  error: string('Why the lookup failed. Empty if it succeeded.'),
  records: {
    list: {
      fields: {
        current: string('A TXT record of default._domainkey.DOMAIN.'),
        state: {
          type: 'string',
          doc: 'VALID, MISMATCH (another key) or PERMFAIL.',
        },
        reason: { ...string('Why verifiers cannot use it. Present for PERMFAIL.'), optional: true },
      },
    },
    doc: 'The records in DNS.',
  },
  validity_cache_update: {
    type: 'string',
    doc:
      '“set”: this call has enabled signing, because the record is valid. valid: mail is signed, and the record is ' +
      'valid. invalid: the record is not valid; signing was not changed. none: there is no key. error: the lookup failed.',
  },
} as const satisfies Record<string, Field>;

export const spfFields = {
  domain: string('The domain.'),
  ip_address: string('The address from which this server sends.'),
  ip_version: { type: 'integer', doc: '4 or 6.' },
  state: {
    type: 'string',
    doc:
      'VALID, if this server may send mail of the domain. MISMATCHED: it may not. MISSING, MULTIPLE: the number of ' +
      'records. ERROR: a lookup failed.',
  },
  expected: string('A record with which this server may send.'),
  error: string('Why the lookup failed. Empty if it succeeded.'),
  records: {
    list: {
      fields: {
        current: string('An SPF record of the domain.'),
        state: string(
          'The result for the address (RFC 7208): PASS, NEUTRAL, FAIL, SOFTFAIL, TEMPERROR or PERMERROR.',
        ),
        reason: string('Why. Empty if the result needs no explanation.'),
      },
    },
    doc: 'The SPF records in DNS.',
  },
} as const satisfies Record<string, Field>;

export const ptrFields = {
  domain: string('The domain.'),
  ip_address: string('The address from which this server sends.'),
  ip_version: { type: 'integer', doc: '4 or 6.' },
  helo: string('The name with which this server greets: its hostname.'),
  arpa_domain: string('The name that should have a PTR record.'),
  state: {
    type: 'string',
    doc:
      'VALID, if the address has the name “helo”, which leads back to it. PTR_MISMATCH: it does not. MISSING_PTR: it ' +
      'has no name. IP_IS_PRIVATE: the internet does not know it. ERROR: the lookup failed.',
  },
  error: string('Why the lookup failed. Empty if it succeeded.'),
  nameservers: {
    list: { type: 'string' },
    doc: 'The nameservers of the zone for PTR records. The people who run them can change the name.',
  },
  ptr_records: {
    list: {
      fields: {
        domain: string('A name of the address.'),
        forward_records: { list: { type: 'string' }, doc: 'The addresses of that name.' },
        state: {
          type: 'string',
          doc: 'VALID, MISSING_FWD (the name has no address) or FWD_MISMATCH (it has only others).',
        },
      },
    },
    doc: 'The names of the address.',
  },
} as const satisfies Record<string, Field>;

export const dmarcFields = {
  domain: string('The domain.'),
  subdomain: string('The name of the record.'),
  state: {
    type: 'string',
    doc: 'VALID. MALFORMED: receivers ignore it. MISSING, MULTIPLE: the number of records. DNS_ERROR: the lookup failed.',
  },
  record: string('The record. Empty if there is none.'),
  error: string('What is wrong. Empty if nothing is.'),
  suggested: string('The record if it is valid, otherwise the default record of this server.'),
} as const satisfies Record<string, Field>;
