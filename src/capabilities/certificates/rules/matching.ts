// The stored certificates that secure a domain, the best first.
import type { Context } from '../../../core/context.ts';
import { isCovered } from './domains.ts';
import type { StoredCertificate } from './stored.ts';

type Clock = Pick<Context, 'now'>;

/**
 * Sorts certificates: valid ones before others, those of an authority before self-signed ones, then the ones that last
 * longest.
 */
export function bestFirst({ now }: Clock, found: readonly StoredCertificate[]): StoredCertificate[] {
  const at = Math.floor(now() / 1000);
  const rank = ({ facts }: StoredCertificate) =>
    (facts.notBefore <= at && at <= facts.notAfter ? 2 : 0) + (facts.isSelfSigned ? 0 : 1);
  return found.toSorted(
    (a, b) => rank(b) - rank(a) || b.facts.notAfter - a.facts.notAfter || (a.id < b.id ? -1 : 1),
  );
}

export function securing(domain: string, found: readonly StoredCertificate[]): StoredCertificate[] {
  return found.filter(({ facts }) => isCovered(domain, facts.domains));
}
