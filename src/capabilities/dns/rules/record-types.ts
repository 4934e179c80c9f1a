// The record types that WHM accepts: their fields in the order of the master file, with WHM’s parameter names. Other
// types, such as SSHFP, can only be read; their data is not decoded.
import type { FieldKind } from './field-kinds.ts';

export interface Field {
  readonly param: string;
  readonly kind: FieldKind;
  /** Other names that clients use for the parameter. */
  readonly alias?: readonly string[];
  /** Used if the parameter is omitted. */
  readonly fallback?: string;
}

const name = (param: string, ...alias: string[]): Field => ({ param, kind: 'name', alias });
const field = (kind: FieldKind, param: string, ...alias: string[]): Field => ({ param, kind, alias });
const optional = (kind: FieldKind, param: string, fallback: string): Field => ({ param, kind, fallback });

export const recordTypes = {
  A: [field('ipv4', 'address')],
  AAAA: [field('ipv6', 'address')],
  AFSDB: [field('u16', 'subtype'), name('hostname')],
  CAA: [field('u8', 'flag'), field('tag', 'tag'), field('long-string', 'value')],
  CNAME: [name('cname')],
  DNAME: [name('dname')],
  DS: [
    // WHM’s documentation calls the key tag “keyname”.
    field('u16', 'keyname', 'keytag'),
    field('u8', 'algorithm'),
    field('u8', 'digtype'),
    field('hex', 'digest'),
  ],
  HINFO: [field('string', 'cpu'), field('string', 'os')],
  LOC: [
    field('latitude', 'latitude'),
    field('longitude', 'longitude'),
    field('altitude', 'altitude'),
    // The defaults of RFC 1876, section 3.
    optional('metres', 'size', '1'),
    optional('metres', 'horiz_pre', '10000'),
    optional('metres', 'vert_pre', '10'),
  ],
  MX: [field('u16', 'preference'), name('exchange')],
  NAPTR: [
    field('u16', 'order'),
    field('u16', 'preference'),
    field('string', 'flags'),
    field('string', 'service'),
    field('substitution', 'regexp'),
    name('replacement'),
  ],
  NS: [name('nsdname')],
  // Older clients send “ptdrname”.
  PTR: [name('ptrdname', 'ptdrname')],
  RP: [field('mailbox', 'mbox'), name('txtdname')],
  SOA: [
    name('mname'),
    field('mailbox', 'rname'),
    field('u32', 'serial'),
    field('seconds', 'refresh'),
    field('seconds', 'retry'),
    field('seconds', 'expire'),
    field('seconds', 'minimum'),
  ],
  SPF: [field('strings', 'txtdata')],
  SRV: [field('u16', 'priority'), field('u16', 'weight'), field('u16', 'port'), name('target')],
  TLSA: [
    field('u8', 'usage'),
    field('u8', 'selector'),
    field('u8', 'matching_type'),
    field('hex', 'certificate'),
  ],
  TXT: [field('strings', 'txtdata')],
} as const satisfies Record<string, readonly Field[]>;

export type RecordType = keyof typeof recordTypes;

export function isRecordType(type: string): type is RecordType {
  return Object.hasOwn(recordTypes, type);
}

const service = [
  field('u16', 'priority'),
  name('target'),
  field('service-parameters', 'parameters'),
] as const;

/** The types that mass_edit_dns_zone accepts. Those of RFC 9460 have no parameters in addzonerecord. */
export const massEditTypes = { ...recordTypes, HTTPS: service, SVCB: service } as const satisfies Record<
  string,
  readonly Field[]
>;

export type MassEditType = keyof typeof massEditTypes;

export function isMassEditType(type: string): type is MassEditType {
  return Object.hasOwn(massEditTypes, type);
}

export function fieldsOf(type: string): readonly Field[] | undefined {
  return isMassEditType(type) ? massEditTypes[type] : undefined;
}

/** Mnemonics of the IANA registry that BIND reads in a master file. */
const knownTypes: ReadonlySet<string> = new Set(
  `A A6 AAAA AFSDB AMTRELAY APL ATMA AVC BRID CAA CDNSKEY CDS CERT CNAME CSYNC DHCID DLV DNAME DNSKEY DOA DS DSYNC EID
   EUI48 EUI64 GID GPOS HHIT HINFO HIP HTTPS IPSECKEY ISDN KEY KX L32 L64 LOC LP MB MD MF MG MINFO MR MX NAPTR NID NIMLOC
   NINFO NS NSAP NSAP-PTR NSEC NSEC3 NSEC3PARAM NULL NXT OPENPGPKEY PTR PX RESINFO RKEY RP RRSIG RT SIG SINK SMIMEA SOA
   SPF SRV SSHFP SVCB TA TALINK TLSA TXT UID UINFO UNSPEC URI WALLET WKS X25 ZONEMD`.split(/\s+/),
);

/** True if a master file can contain the type, in upper case. RFC 3597 writes unknown types as TYPE and a number. */
export function isKnownType(type: string): boolean {
  return knownTypes.has(type) || /^TYPE\d{1,5}$/.test(type);
}
