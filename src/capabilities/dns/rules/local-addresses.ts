// Says whether domains lead to this server alone.
import type { Db } from '../../../core/context.ts';
import { publicAddresses } from '../../addresses/rules/nat.ts';

export interface FoundAddresses {
  /** The addresses of this server. */
  readonly own: readonly string[];
  /** In the order of the domains. `error`: why a lookup failed. */
  readonly found: readonly { readonly addresses: readonly string[]; readonly error?: string }[];
}

/** Returns null for a domain that leads to this server alone, and otherwise a sentence that says where it leads. */
export async function placesOf(
  db: Db,
  domains: readonly string[],
  { own, found }: FoundAddresses,
): Promise<(string | null)[]> {
  const nat = await publicAddresses(db);
  const ours = new Set(own.flatMap((address) => [address, nat.get(address) ?? address]));
  return domains.map((domain, index) => {
    const { addresses = [], error } = found[index] ?? {};
    if (error !== undefined) return `“${domain}” could not be looked up. ${error}`;
    if (addresses.length === 0) return `“${domain}” has no address in DNS.`;
    const others = addresses.filter((address) => !ours.has(address));
    if (others.length === 0) return null;
    return `“${domain}” leads to ${others.join(', ')}, which ${others.length === 1 ? 'is not an address' : 'are not addresses'} of this server.`;
  });
}
