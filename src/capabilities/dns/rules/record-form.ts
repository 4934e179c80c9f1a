// Parameters of the functions that read and change zones and records.
import type { Param } from '../../../core/define.ts';
import { MAX_TTL } from './field-kinds.ts';

export const zoneParam = {
  type: 'string',
  maxLength: 255,
  completes: 'domain',
  doc: 'The domain of the zone.',
} as const satisfies Param;

export const ttlParam = {
  type: 'integer',
  min: 1,
  max: MAX_TTL,
  doc: 'The TTL of the record in seconds.',
} as const satisfies Param;

export const classParam = {
  type: 'string',
  values: ['IN', 'in'],
  default: 'IN',
  doc: 'The class of the record.',
} as const satisfies Param;

export const lineParam = {
  type: 'integer',
  min: 1,
  doc: 'The line of the zone file on which the record begins, counted from 1, as returned by dumpzone.',
} as const satisfies Param;

/** The maximum size of a text in quotes, with its escapes. */
const MAX_TEXT = 100_000;

const of = (types: string, doc: string): { readonly type: 'string'; readonly doc: string } => ({
  type: 'string',
  doc: `For ${types}: ${doc}`,
});

/** The data of a record. Each type has its own parameters, see `record-types.ts`. */
export const dataParams = {
  address: of('A and AAAA', 'the IP address.'),
  algorithm: of('DS', 'the number of the key’s algorithm.'),
  altitude: of('LOC', 'the altitude in metres.'),
  certificate: of('TLSA', 'the certificate association data in hexadecimal.'),
  cname: of('CNAME', 'the target name.'),
  cpu: of('HINFO', 'the CPU.'),
  digest: of('DS', 'the digest in hexadecimal.'),
  digtype: of('DS', 'the number of the digest type.'),
  dname: of('DNAME', 'the target name, which replaces the owner in all names below it.'),
  exchange: of('MX', 'the mail server.'),
  flag: of('CAA', 'the flags, from 0 to 255; 128 is “critical”.'),
  flags: of('NAPTR', 'the flags.'),
  flatten: {
    type: 'string',
    doc: 'For CNAME: 1 to return the target’s addresses instead (CNAME flattening).',
    noEffectReason: 'BIND does not flatten CNAME records.',
  },
  flatten_to: {
    type: 'string',
    doc: 'For CNAME: the address to return instead (CNAME flattening).',
    noEffectReason: 'BIND does not flatten CNAME records.',
  },
  horiz_pre: of('LOC', 'the horizontal precision in metres. Default: 10000.'),
  hostname: of('AFSDB', 'the server.'),
  keyname: of('DS', 'the key tag.'),
  keytag: of('DS', 'another name of “keytag”.'),
  latitude: of('LOC', 'the latitude, such as “51 30 12.748 N”.'),
  longitude: of('LOC', 'the longitude, such as “0 7 39.612 W”.'),
  matching_type: of('TLSA', 'the number of the matching type.'),
  mbox: of('RP', 'the email address of the person.'),
  nsdname: of('NS', 'the nameserver.'),
  order: of('NAPTR', 'the order. Lower numbers are processed first.'),
  os: of('HINFO', 'the operating system.'),
  port: of('SRV', 'the port of the service.'),
  preference: of('MX and NAPTR', 'the preference. Lower numbers are used first.'),
  priority: of('SRV', 'the priority. Hosts with lower numbers are used first.'),
  ptdrname: of('PTR', 'the host. Older clients use this name.'),
  ptrdname: of('PTR', 'the hostname of the address.'),
  regexp: of('NAPTR', 'the substitution, such as “!^.*$!sip:info@example.com!”.'),
  replacement: of('NAPTR', 'the name to look up next. “.” if there is none.'),
  selector: of('TLSA', 'the number of the selector.'),
  service: of('NAPTR', 'the service.'),
  size: of('LOC', 'the diameter in metres. Default: 1.'),
  subtype: of('AFSDB', 'the number of the server’s subtype.'),
  tag: of('CAA', 'the tag: issue, issuewild, iodef or another.'),
  target: of('SRV', 'the host of the service.'),
  txtdata: { ...of('TXT and SPF', 'the text, or one or more strings in quotes.'), maxLength: MAX_TEXT },
  txtdname: of('RP', 'the name of a TXT record with more information. “.” if there is none.'),
  usage: of('TLSA', 'the number of the certificate usage.'),
  value: of('CAA', 'the value of the tag, such as the domain of a certificate authority.'),
  version: of('LOC', 'the version, always 0.'),
  vert_pre: of('LOC', 'the vertical precision in metres. Default: 10.'),
  weight: of('SRV', 'the weight, relative to hosts of the same priority.'),
} as const satisfies Record<string, Param>;

/** The SOA record can only be edited. */
export const soaParams = {
  expire: of('SOA', 'after how many seconds without contact a secondary stops serving the zone.'),
  minimum: of('SOA', 'the TTL of negative responses in seconds.'),
  mname: of('SOA', 'the primary nameserver.'),
  refresh: of('SOA', 'after how many seconds a secondary checks for a newer version.'),
  retry: of('SOA', 'after how many seconds a secondary tries again if that check failed.'),
  rname: of('SOA', 'the email address of the person responsible.'),
  serial: of('SOA', 'the serial number. If it is not higher than the present one, it is replaced.'),
} as const satisfies Record<string, Param>;
