// The kinds of fields in record data, and the values that each accepts. Values are octets without quotes and escapes.
import ipaddr from 'ipaddr.js';
import { withoutDots } from '../../../core/ipv4-within.ts';

/** RFC 2181, section 8. */
export const MAX_TTL = 2 ** 31 - 1;
export const MAX_STRING = 255;

/** How a field is written, and which values it accepts. */
export type FieldKind =
  | 'ipv4'
  | 'ipv6'
  /** A domain name. */
  | 'name'
  /** A mailbox, written as a domain name. */
  | 'mailbox'
  | 'u8'
  | 'u16'
  | 'u32'
  /** Whole seconds up to 2³¹ − 1; a file can have units, such as 1h. */
  | 'seconds'
  /** A character string of at most 255 octets. */
  | 'string'
  /** A character string of any length up to 65,535 octets, which is the value of a CAA record. */
  | 'long-string'
  /** A character string that is empty or a substitution expression of NAPTR (RFC 3402, section 3.2). */
  | 'substitution'
  /** ASCII letters and digits. */
  | 'tag'
  /** Hexadecimal digits, which a file can divide by white space. Always the last field. */
  | 'hex'
  /** All further character strings of a record, at least one. Always the last field. */
  | 'strings'
  /** The parameters of a service (RFC 9460, section 2.1), each as a word of a master file. Always the last field. */
  | 'service-parameters'
  | 'latitude'
  | 'longitude'
  /** A length with centimetres, in metres. */
  | 'altitude'
  | 'metres';

/** Why the line of a file or a parameter cannot be read. */
export class DataFault extends Error {
  override readonly name = 'DataFault';
}

/** The expected values, for error messages. */
export const expectations: Readonly<Record<FieldKind, string>> = {
  ipv4: 'an IPv4 address such as 192.0.2.1',
  ipv6: 'an IPv6 address such as 2001:db8::1',
  name: 'a domain name',
  mailbox: 'an email address such as admin@example.com',
  u8: 'a whole number from 0 to 255',
  u16: 'a whole number from 0 to 65535',
  u32: 'a whole number from 0 to 4294967295',
  seconds: `a number of seconds from 0 to ${MAX_TTL}`,
  string: `a text of at most ${MAX_STRING} bytes`,
  'long-string': 'a text of at most 4096 bytes',
  substitution: 'empty or a substitution such as !^.*$!sip:info@example.com!',
  tag: 'a word of letters and digits',
  hex: 'an even number of hexadecimal digits',
  strings: `a text; each string in quotes has at most ${MAX_STRING} bytes`,
  'service-parameters': 'a parameter such as alpn="h2,h3" or port=8443',
  latitude: 'a latitude such as 52 22 23.000 N',
  longitude: 'a longitude such as 4 53 32.000 E',
  altitude: 'a number of metres from -100000.00 to 42849672.95, such as 10m',
  metres: 'a number of metres from 0 to 90000000',
};

/** True if the field is a character string, which is written in quotes. */
export function isText(kind: FieldKind | undefined): boolean {
  return kind === 'string' || kind === 'strings' || kind === 'long-string' || kind === 'substitution';
}

/** Returns the item for a value, or undefined if the kind does not accept it. Names are not read here. */
export function normalise(kind: FieldKind, value: string): string | undefined {
  switch (kind) {
    case 'ipv4':
      return ipaddr.IPv4.isValidFourPartDecimal(value) ? value : undefined;
    case 'ipv6':
      return parseIpv6(value)?.toString();
    case 'u8':
      return readNumber(value, 255);
    case 'u16':
      return readNumber(value, 65_535);
    case 'u32':
      return readNumber(value, 2 ** 32 - 1);
    case 'seconds':
      return readDuration(value)?.toString();
    case 'string':
    case 'strings':
      return value.length <= MAX_STRING ? value : undefined;
    case 'long-string':
      // BIND’s lexer accepts more forms, which are not in use.
      return value.length <= 4096 ? value : undefined;
    case 'substitution':
      return value === '' || isSubstitution(value) ? value : undefined;
    case 'tag':
      return /^[a-z0-9]{1,255}$/i.test(value) ? value : undefined;
    case 'service-parameters':
      return SERVICE_PARAMETER.test(value) ? value : undefined;
    case 'hex':
      return /^(?:[0-9a-f]{2})+$/i.test(value) ? value.toUpperCase() : undefined;
    default:
      return value;
  }
}

/** A key, or a key and a value: one word, or in quotes. Both can have the escapes of master files. */
const SERVICE_PARAMETER =
  /^[a-z0-9-]{1,63}(?:=(?:"(?:[ !#-[\]-~]|\\[!-~])*"|(?:[!#-'*-:<-[\]-~]|\\[!-~])+))?$/;

/** An IPv6 address without a scope, such as %eth0. */
function parseIpv6(text: string): ipaddr.IPv6 | undefined {
  const plain = withoutDots(text);
  if (!/^[0-9a-f:]+$/i.test(plain) || !plain.includes(':') || !ipaddr.IPv6.isValid(plain)) return undefined;
  return ipaddr.IPv6.parse(plain);
}

/** Delimiter, pattern, delimiter, replacement, delimiter, and the flag i or none; a backslash escapes the delimiter. */
function isSubstitution(value: string): boolean {
  const delimiter = value.charAt(0);
  if (value.length > MAX_STRING || /[\0\\0-9i]/.test(delimiter)) return false;
  const rest = value.slice(1).match(/\\[^]|[^\\]/g) ?? [];
  const ends = rest.flatMap((part, index) => (part === delimiter ? [index] : []));
  const flags = rest.slice((ends[1] ?? 0) + 1).join('');
  return ends.length === 2 && (flags === '' || flags === 'i');
}

function readNumber(value: string, max: number): string | undefined {
  return /^\d{1,10}$/.test(value) && Number(value) <= max ? Number(value).toString() : undefined;
}

/**
 * Reads a TTL or another duration of a master file: seconds, or numbers with the units w, d, h, m and s (BIND).
 * @returns seconds, or undefined if it is none or above 2³¹ − 1
 */
export function readDuration(value: string): number | undefined {
  if (/^\d{1,10}$/.test(value)) return Number(value) <= MAX_TTL ? Number(value) : undefined;
  if (!/^(?:\d{1,10}[wdhms])+$/i.test(value)) return undefined;
  let seconds = 0;
  for (const [, count = '', unit = ''] of value.matchAll(/(\d+)([wdhms])/gi)) {
    seconds += Number(count) * (secondsPerUnit[unit.toLowerCase()] ?? 0);
  }
  return seconds <= MAX_TTL ? seconds : undefined;
}

const secondsPerUnit: Readonly<Record<string, number>> = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 };
