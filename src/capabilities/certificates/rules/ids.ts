// The IDs of stored certificates and keys, in WHM's form. They follow from the content, so the same certificate has the
// same ID whenever it is stored.
import type { CertificateFacts, KeyFacts } from './facts.ts';

const ENDS = 5;
const DIGEST = 32;
const MAX_NAME = 200;

/** `bob_example_DA3F1_0C77B_1798761600_` and 32 hexadecimal digits. */
export function certificateId({ domains, subject, key, notAfter, digest }: CertificateFacts): string {
  const name = domains[0] ?? subject.commonName ?? 'certificate';
  return [plainName(name), ...endsOf(key), notAfter, digest.slice(0, DIGEST)].join('_');
}

export function keyId(facts: KeyFacts): string {
  return [...endsOf(facts), facts.digest.slice(0, DIGEST)].join('_');
}

/** @param digest SHA-256 of the signing request's DER encoding, in hexadecimal. */
export function requestId(domain: string, facts: KeyFacts, digest: string): string {
  return [plainName(domain), ...endsOf(facts), digest.slice(0, DIGEST)].join('_');
}

function plainName(domain: string): string {
  const plain = domain
    .toLowerCase()
    .replace(/^\*/, '_wildcard_')
    .replaceAll(/[^a-z0-9_]/g, '_');
  return plain.slice(0, MAX_NAME);
}

function endsOf({ modulus, point, algorithm }: KeyFacts): [string, string] {
  const text = (modulus ?? point ?? algorithm).padEnd(ENDS, '0');
  return [text.slice(0, ENDS), text.slice(-ENDS)];
}
