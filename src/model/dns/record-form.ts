// Parameters of the functions that read and change zones and their records.
import type { Param } from '../../core/define.ts';
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
  doc: 'How many seconds others may keep the record.',
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
  doc: 'The line of the zone file on which the record begins, counted from 1, as in dumpzone.',
} as const satisfies Param;

/** The most bytes that a text in quotes takes, with its escapes. */
const MAX_TEXT = 100_000;

const of = (types: string, doc: string): { readonly type: 'string'; readonly doc: string } => ({
  type: 'string',
  doc: `For ${types}: ${doc}`,
});

/** What a record says. Each type needs its own of them; `record-types.ts` decides. */
export const dataParams = {
  address: of('A and AAAA', 'the IP address.'),
  algorithm: of('DS', 'the algorithm of the key, by its number.'),
  altitude: of('LOC', 'the altitude in metres.'),
  certificate: of('TLSA', 'the certificate association data in hexadecimal.'),
  cname: of('CNAME', 'the name that is meant.'),
  cpu: of('HINFO', 'the processor.'),
  digest: of('DS', 'the digest in hexadecimal.'),
  digtype: of('DS', 'the type of the digest, by its number.'),
  dname: of('DNAME', 'the name below which everything is.'),
  exchange: of('MX', 'the host that takes the mail.'),
  flag: of('CAA', 'the flags, from 0 to 255; 128 is “critical”.'),
  flags: of('NAPTR', 'the flags.'),
  flatten: {
    type: 'string',
    doc: 'For CNAME: 1 to answer with the addresses of the target.',
    inert: 'BIND does not flatten CNAME records.',
  },
  flatten_to: {
    type: 'string',
    doc: 'For CNAME: the address to answer with.',
    inert: 'BIND does not flatten CNAME records.',
  },
  horiz_pre: of('LOC', 'the horizontal precision in metres. Default: 10000.'),
  hostname: of('AFSDB', 'the server.'),
  keyname: of('DS', 'the key tag.'),
  keytag: of('DS', 'the key tag, by another name.'),
  latitude: of('LOC', 'the latitude, such as “51 30 12.748 N”.'),
  longitude: of('LOC', 'the longitude, such as “0 7 39.612 W”.'),
  matching_type: of('TLSA', 'the matching type, by its number.'),
  mbox: of('RP', 'the mail address of the person.'),
  nsdname: of('NS', 'the name server.'),
  order: of('NAPTR', 'the order, a number.'),
  os: of('HINFO', 'the operating system.'),
  port: of('SRV', 'the port of the service.'),
  preference: of('MX and NAPTR', 'the preference; the lowest number comes first.'),
  priority: of('SRV', 'the priority; the lowest number comes first.'),
  ptdrname: of('PTR', 'the host, by a name that old clients send.'),
  ptrdname: of('PTR', 'the host to which the address belongs.'),
  regexp: of('NAPTR', 'the substitution, such as “!^.*$!sip:info@example.com!”.'),
  replacement: of('NAPTR', 'the name that is looked up next; “.” if there is none.'),
  selector: of('TLSA', 'the selector, by its number.'),
  service: of('NAPTR', 'the service.'),
  size: of('LOC', 'the diameter in metres. Default: 1.'),
  subtype: of('AFSDB', 'the kind of server, a number.'),
  tag: of('CAA', 'the tag: issue, issuewild, iodef or another.'),
  target: of('SRV', 'the host of the service.'),
  txtdata: { ...of('TXT and SPF', 'the text; in quotes, one or more strings.'), maxLength: MAX_TEXT },
  txtdname: of('RP', 'the name of a TXT record with more; “.” if there is none.'),
  usage: of('TLSA', 'the certificate usage, by its number.'),
  value: of('CAA', 'the value, such as the domain of a certificate authority.'),
  version: of('LOC', 'the version, which is 0.'),
  vert_pre: of('LOC', 'the vertical precision in metres. Default: 10.'),
  weight: of('SRV', 'the share that the host gets among those of the same priority.'),
} as const satisfies Record<string, Param>;

/** The SOA record is only edited. */
export const soaParams = {
  expire: of('SOA', 'after how many seconds without an update secondary servers give the zone up.'),
  minimum: of('SOA', 'how many seconds others may keep the answer that a name does not exist.'),
  mname: of('SOA', 'the primary name server.'),
  refresh: of('SOA', 'after how many seconds secondary servers look for a newer version.'),
  retry: of('SOA', 'after how many seconds they look again if that failed.'),
  rname: of('SOA', 'the mail address of the person responsible.'),
  serial: of('SOA', 'the serial number; one that is not newer than the present one is replaced.'),
} as const satisfies Record<string, Param>;
