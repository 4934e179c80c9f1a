// The stored certificates that secure given domains.
import type { Context } from '../../../core/context.ts';
import { bestFirst, securing } from './matching.ts';
import * as stored from './stored.ts';

/** A certificate, which several users can have. */
export interface FoundCertificate {
  readonly certificate: stored.StoredCertificate;
  readonly usernames: readonly string[];
  /** PEM. Undefined if none of them has it. */
  readonly key: string | undefined;
}

/**
 * Lists the certificates of the caller and of the accounts that it sees which secure at least one of the domains, the
 * best first.
 */
export async function certificatesFor(
  context: Pick<Context, 'caller' | 'db' | 'now' | 'sealer'>,
  domains: readonly string[],
): Promise<FoundCertificate[]> {
  const all = await stored.list(context.db, context.caller);
  const wanted = new Set(domains.flatMap((domain) => securing(domain, all)));
  const sorted = bestFirst(context, [...wanted]);
  const found: FoundCertificate[] = [];
  for (const id of new Set(sorted.map((one) => one.id))) {
    const same = sorted.filter((one) => one.id === id);
    const [certificate] = same;
    if (certificate === undefined) continue;
    let key: string | undefined;
    for (const { username, keyId } of same) key ??= await stored.findKey(context, username, keyId);
    found.push({ certificate, usernames: same.map(({ username }) => username), key });
  }
  return found;
}
