// The DKIM record of a domain (RFC 6376, section 3.6.1): the public key, in a TXT record.
import { isPublicKey } from './rsa.ts';
import { readTags } from './tag-list.ts';

/** Names the key among those of the domain. WHM uses the same. */
export const SELECTOR = 'default';

export const nameOf = (domain: string) => `${SELECTOR}._domainkey.${domain}`;

export const textOf = (publicKey: string) => `v=DKIM1; k=rsa; p=${publicKey};`;

export type RecordState = 'VALID' | 'MISMATCH' | 'PERMFAIL';
export type State = 'VALID' | 'MALFORMED' | 'MISMATCH' | 'MISSING' | 'MULTIPLE' | 'NOPUB' | 'ERROR';

export interface CheckedRecord {
  readonly current: string;
  readonly state: RecordState;
  readonly reason?: string;
}

/** Compares a published record with the key of this server. `publicKey`: undefined if there is none. */
export function checkRecord(current: string, publicKey: string | undefined): CheckedRecord {
  const fault = faultOf(current);
  if (fault !== undefined) return { current, state: 'PERMFAIL', reason: fault };
  const published = readTags(current)?.get('p')?.replaceAll(/\s/g, '');
  return { current, state: published === publicKey ? 'VALID' : 'MISMATCH' };
}

/** The state of a domain, from the records of its name. */
export function stateOf(records: readonly CheckedRecord[], publicKey: string | undefined): State {
  if (publicKey === undefined) return 'NOPUB';
  const [first] = records;
  if (first === undefined) return 'MISSING';
  if (records.length > 1) return 'MULTIPLE';
  return first.state === 'PERMFAIL' ? 'MALFORMED' : first.state;
}

/** Why verifiers cannot use a record. Undefined if they can. */
function faultOf(text: string): string | undefined {
  const tags = readTags(text);
  if (tags === undefined) return 'The record is not a list of tags such as “p=…”.';
  const [first] = tags.keys();
  if (tags.has('v') && (first !== 'v' || tags.get('v') !== 'DKIM1')) {
    return 'The tag “v” is not the first one, or not “DKIM1”.';
  }
  const type = tags.get('k') ?? 'rsa';
  if (type !== 'rsa') return `The key has the type “${type}”. The keys of this server are “rsa”.`;
  const hashes = tags.get('h')?.split(':') ?? [];
  if (hashes.length > 0 && !hashes.some((one) => one.trim() === 'sha256')) {
    return 'The tag “h” does not have “sha256”.';
  }
  const services = tags.get('s')?.split(':') ?? [];
  if (services.length > 0 && !services.some((one) => ['*', 'email'].includes(one.trim()))) {
    return 'The tag “s” does not have “email”.';
  }
  const key = tags.get('p');
  if (key === undefined) return 'The record has no public key: the tag “p” is missing.';
  if (key === '') return 'The key is revoked: the tag “p” is empty.';
  return isPublicKey(key.replaceAll(/\s/g, '')) ? undefined : 'The tag “p” is not an RSA public key.';
}
