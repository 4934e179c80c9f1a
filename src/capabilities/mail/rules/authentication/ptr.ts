// The name of the address that sends mail (PTR records): receivers want one that leads back to the address, and that is
// the name with which the server greets.
import { formatWhole, kindOf, parseIp } from '../../../addresses/rules/ip.ts';

export type State = 'VALID' | 'MISSING_PTR' | 'PTR_MISMATCH' | 'IP_IS_PRIVATE' | 'ERROR';
export type RecordState = 'VALID' | 'MISSING_FWD' | 'FWD_MISMATCH';

export interface LookedPtr {
  /** Empty if the lookup succeeded. */
  readonly error: string;
  readonly names: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  /** The nameservers of the zone that has the PTR records. */
  readonly nameservers: readonly string[];
}

/** `1.2.0.192.in-addr.arpa` */
export function arpaName(address: string): string {
  const ip = parseIp(address);
  if (ip === undefined) return '';
  if (ip.family === 4) return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  return `${formatWhole(ip).replaceAll(':', '').split('').reverse().join('.')}.ip6.arpa`;
}

/** True if the internet does not know the address, so that it has no name there. */
export function isPrivate(address: string): boolean {
  const ip = parseIp(address);
  return ip === undefined || PRIVATE.has(kindOf(ip));
}

const PRIVATE = new Set([
  'private',
  'loopback',
  'linkLocal',
  'uniqueLocal',
  'carrierGradeNat',
  'unspecified',
]);

export interface CheckedPtr {
  readonly state: State;
  readonly error: string;
  readonly ip_address: string;
  readonly ip_version: number;
  readonly helo: string;
  readonly arpa_domain: string;
  readonly nameservers: string[];
  readonly ptr_records: {
    readonly domain: string;
    readonly state: RecordState;
    readonly forward_records: string[];
  }[];
}

export function checkPtr(
  address: string,
  helo: string,
  { error, names, nameservers }: LookedPtr,
): CheckedPtr {
  const ip = parseIp(address);
  const records = names.map(({ name, addresses }) => {
    const leadsBack = addresses.some((one) => parseIp(one)?.value === ip?.value);
    const state: RecordState = leadsBack ? 'VALID' : addresses.length === 0 ? 'MISSING_FWD' : 'FWD_MISMATCH';
    return { domain: name, state, forward_records: [...addresses] };
  });
  const isRight = records.some(({ domain, state }) => state === 'VALID' && domain === helo.toLowerCase());
  const state = () => {
    if (isPrivate(address)) return 'IP_IS_PRIVATE';
    if (error !== '') return 'ERROR';
    if (records.length === 0) return 'MISSING_PTR';
    return isRight ? 'VALID' : 'PTR_MISMATCH';
  };
  return {
    ...{ state: state(), error, ip_address: address, ip_version: ip?.family ?? 4, helo },
    ...{ arpa_domain: arpaName(address), nameservers: [...nameservers], ptr_records: records },
  };
}
