// Lists of IP addresses and CIDR ranges from which an API token can be used.
import ipaddr from 'ipaddr.js';
import { badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { withoutDots } from '../../../core/ipv4-within.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

interface Range {
  readonly address: Address;
  /** The prefix length. Undefined for a single address. */
  readonly bits: number | undefined;
}

/**
 * Returns the entries as stored and shown: IPv6 written in full, a range by its first address, without duplicates.
 * @throws ApiError `bad_param`. The message names the parameter and every invalid entry.
 */
export function readAddresses(param: string, given: readonly string[]): string[] {
  const read = given.map((text) => ({ text, range: parse(text) }));
  const bad = read.filter(({ range }) => range === undefined).map(({ text }) => quote(text));
  if (bad.length > 0) {
    const named = bad.slice(0, MAX_NAMED).join(', ') + (bad.length > MAX_NAMED ? ' and others' : '');
    throw badParam(
      `The parameter “${param}” should be an IPv4 or IPv6 address, or a range such as 192.0.2.0/24 or ` +
        `2001:db8::/32, not ${named}.`,
    );
  }
  return [...new Set(read.flatMap(({ range }) => (range === undefined ? [] : [show(range)])))];
}

const MAX_NAMED = 10;

/** True if the address is in the list, or in one of its ranges. False for an invalid address. */
export function includes(entries: readonly string[], address: string): boolean {
  const plain = withoutDots(address);
  if (!ipaddr.isValid(plain)) return false;
  // An IPv4 client may be reported as an IPv6 address, ::ffff:192.0.2.1.
  const asked = ipaddr.process(plain);
  return entries.some((entry) => {
    const range = parse(entry);
    if (range?.address.kind() !== asked.kind()) return false;
    return asked.match(range.address, range.bits ?? bitsOf(range.address));
  });
}

/**
 * Accepts only forms that are unambiguous. 010.0.0.1 is 8.0.0.1 to some programs, and fe80::1%eth0 is valid on one
 * machine only.
 */
function parse(text: string): Range | undefined {
  const [, written = '', suffix] = /^([0-9A-Fa-f:.]+?)(?:\/(\d{1,3}))?$/.exec(withoutDots(text)) ?? [];
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(written) || ipaddr.IPv6.isValid(written);
  if (!isAddress) return undefined;
  const address = ipaddr.parse(written);
  const bits = suffix === undefined ? undefined : Number(suffix);
  if (bits !== undefined && bits > bitsOf(address)) return undefined;
  return withoutMapping({ address, bits });
}

/** Converts ::ffff:192.0.2.1 to 192.0.2.1, and a range of such addresses to an IPv4 range. */
function withoutMapping({ address, bits }: Range): Range | undefined {
  if (!(address instanceof ipaddr.IPv6) || !address.isIPv4MappedAddress()) return { address, bits };
  const prefix = 128 - 32;
  if (bits === undefined) return { address: address.toIPv4Address(), bits };
  return bits < prefix ? undefined : { address: address.toIPv4Address(), bits: bits - prefix };
}

function show({ address, bits }: Range): string {
  if (bits === undefined) return inFull(address);
  return `${inFull(first(address, bits))}/${bits}`;
}

function inFull(address: Address): string {
  if (address instanceof ipaddr.IPv4) return address.toString();
  return address.parts.map((part) => part.toString(16).padStart(4, '0')).join(':');
}

/** Returns the first address of a range. */
function first(address: Address, bits: number): Address {
  const range = `${address.toString()}/${bits}`;
  return address instanceof ipaddr.IPv4
    ? ipaddr.IPv4.networkAddressFromCIDR(range)
    : ipaddr.IPv6.networkAddressFromCIDR(range);
}

function bitsOf(address: Address): 32 | 128 {
  return address.kind() === 'ipv4' ? 32 : 128;
}
