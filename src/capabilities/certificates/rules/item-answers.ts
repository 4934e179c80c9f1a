// How responses of UAPI describe keys, signing requests and certificates.
import { certificateAnswer, certificateFields, keyAnswer, keyFields, nameText } from './facts.ts';
import { certificateKind, keyKind, requestKind, type KeyItem } from './items.ts';
import type { SigningRequest, StoredCertificate } from './stored.ts';
import { serialNumberOf } from './x509.ts';

const itemFields = {
  id: { type: 'string', doc: 'The ID.' },
  friendly_name: { type: 'string', doc: 'The name for people.' },
  created: { type: 'integer', doc: 'When it was stored, in seconds since 1970-01-01 UTC.' },
} as const;

const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000);

export const keyItemFields = { ...itemFields, ...keyFields } as const;

export function keyItemAnswer(item: KeyItem) {
  const { id, facts, createdAt } = item;
  return { id, friendly_name: keyKind.nameOf(item), created: seconds(createdAt), ...keyAnswer(facts) };
}

export const requestFields = {
  ...itemFields,
  commonName: { type: 'string', doc: 'The common name; empty if it has none.' },
  domains: { list: { type: 'string' }, doc: 'The domains that the certificate shall secure.' },
  ...keyFields,
} as const;

export function requestAnswer(item: SigningRequest) {
  const { id, createdAt, facts } = item;
  return {
    ...{ id, friendly_name: requestKind.nameOf(item), created: seconds(createdAt) },
    ...{ commonName: facts.subject.commonName ?? '', domains: [...facts.domains] },
    ...keyAnswer(facts.key),
  };
}

export const certificateItemFields = {
  ...itemFields,
  ...certificateFields,
  serial: { type: 'string', doc: 'The serial number, in hexadecimal.' },
  'subject.commonName': { type: 'string', doc: 'The common name; empty if it has none.' },
  subject_text: {
    type: 'string',
    doc: 'The subject: each attribute and its value, on lines of their own.',
  },
} as const;

export function certificateItemAnswer(item: StoredCertificate) {
  const { id, createdAt, facts, pem } = item;
  return {
    ...{ id, friendly_name: certificateKind.nameOf(item), created: seconds(createdAt) },
    ...certificateAnswer(facts),
    serial: serialNumberOf(pem),
    'subject.commonName': facts.subject.commonName ?? '',
    subject_text: nameText(facts.subject),
  };
}
