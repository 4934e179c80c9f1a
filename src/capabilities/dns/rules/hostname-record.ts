// The address record of this server's own hostname, in a zone that this server has.
import { isWithin, nameKey } from './names.ts';
import type { ZoneChanges } from './zone-edits.ts';
import { recordsOf, type ZoneFile } from './zone-file.ts';

/** What a zone says about a hostname. */
export type HostnameInZone =
  | { readonly kind: 'missing'; readonly changes: ZoneChanges }
  /** It has an A record with the address. */
  | { readonly kind: 'present' }
  /** It has other records, such as a CNAME record or an A record with another address. */
  | { readonly kind: 'different' }
  /** NS records assign the name to other nameservers. */
  | { readonly kind: 'delegated'; readonly to: string };

/** @param hostname without the final dot, in lower case @param ttl in seconds */
export function hostnameInZone(
  zone: ZoneFile,
  { hostname, address, ttl }: { readonly hostname: string; readonly address: string; readonly ttl: number },
): HostnameInZone {
  const name = `${hostname}.`;
  const apex = nameKey(zone.zone);
  const records = recordsOf(zone);
  const delegation = records.find(
    ({ type, owner }) => type === 'NS' && nameKey(owner) !== apex && isWithin(name, owner),
  );
  if (delegation !== undefined) return { kind: 'delegated', to: delegation.items[0] ?? '' };
  const own = records.filter(
    ({ type, owner }) => nameKey(owner) === nameKey(name) && /^(?:A|AAAA|CNAME)$/.test(type),
  );
  if (own.some(({ type, items }) => type === 'A' && items[0] === address)) return { kind: 'present' };
  if (own.length > 0) return { kind: 'different' };
  return { kind: 'missing', changes: { add: [{ owner: name, ttl, type: 'A', items: [address] }] } };
}

/** The names of the zones that could contain a hostname, the closest first. */
export function zonesAround(hostname: string): string[] {
  const labels = hostname.split('.');
  return labels.slice(0, -1).map((_label, at) => labels.slice(at).join('.'));
}
