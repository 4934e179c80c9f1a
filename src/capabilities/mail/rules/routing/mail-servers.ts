// The mail servers of a domain (MX records), and whether this server is one of them.
import { badParam } from '../../../../core/errors.ts';
import { quote } from '../../../../core/quote.ts';
import type { MailServer } from '../../../../core/machine-resolver.ts';
import { parseIp } from '../../../addresses/rules/ip.ts';
import { nameKey } from '../../../dns/rules/names.ts';
import { recordsOf, type ZoneFile, type ZoneRecord } from '../../../dns/rules/zone-file.ts';
import type { Routing } from '../state.ts';

/** An MX record in a zone of this server. */
export interface MxRecord extends MailServer {
  readonly record: ZoneRecord;
}

/** What decides whether a mail server is this one. */
export interface Whereabouts {
  /** The addresses of this server, also as the internet knows them. */
  readonly own: readonly string[];
  /** The addresses of mail servers by their names, in lower case. Undefined: the lookup failed. */
  readonly addresses: ReadonlyMap<string, readonly string[] | undefined>;
}

/** The MX records of a name, the preferred one first. Names have no final dot. */
export function mxRecordsOf(zone: ZoneFile, domain: string): MxRecord[] {
  const key = nameKey(`${domain}.`);
  return recordsOf(zone)
    .filter(({ owner, type, isGeneric }) => type === 'MX' && !isGeneric && nameKey(owner) === key)
    .map((record) => {
      const [preference = '0', exchange = '.'] = record.items;
      return { record, preference: Number(preference), exchange: exchange.replace(/\.$/, '') };
    })
    .sort((one, other) => one.preference - other.preference);
}

/** The addresses of a name in the zone. Undefined if the zone has none. */
export function addressesIn(zone: ZoneFile, name: string): string[] | undefined {
  const at = (owner: string) => {
    const key = nameKey(`${owner}.`);
    return recordsOf(zone).filter((record) => nameKey(record.owner) === key && !record.isGeneric);
  };
  const records = at(name);
  const alias = records.find(({ type }) => type === 'CNAME')?.items[0]?.replace(/\.$/, '');
  const found = (alias === undefined ? records : at(alias)).filter(({ type }) => /^A(?:AAA)?$/.test(type));
  return found.length === 0 ? undefined : found.map(({ items: [address = ''] }) => address);
}

/** True if the mail server is this server. Undefined if it cannot be known, because a lookup failed. */
export function isHere({ exchange }: MailServer, where: Whereabouts): boolean | undefined {
  const addresses = where.addresses.get(exchange.toLowerCase());
  if (addresses === undefined) return exchange === '' ? false : undefined;
  return addresses.some((one) => where.own.some((own) => parseIp(own)?.value === parseIp(one)?.value));
}

/**
 * What `auto` means for a domain with these mail servers. Without MX records, mail goes to the address of the domain.
 * Undefined if it cannot be known, because a lookup failed.
 */
export function detect(servers: readonly MailServer[], where: Whereabouts): Routing | undefined {
  const best = Math.min(...servers.map(({ preference }) => preference));
  if (servers.length === 0) return 'local';
  const [first, others] = [
    servers.filter(({ preference }) => preference === best).map((one) => isHere(one, where)),
    servers.filter(({ preference }) => preference !== best).map((one) => isHere(one, where)),
  ];
  if (first.includes(true)) return 'local';
  if (first.includes(undefined)) return undefined;
  if (others.includes(true)) return 'secondary';
  return others.includes(undefined) ? undefined : 'remote';
}

/** A hostname or an IPv4 address: in Exim’s lists of hosts, an IPv6 address would be several of them. */
const HOST = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The host to which a domain is redirected. @param ownNames the hostname and the addresses of this server.
 * @throws ApiError `bad_param` unless mail can be sent there.
 */
export function assertHost(param: string, given: string, ownNames: readonly string[]): string {
  const host = given.toLowerCase().replace(/\.$/, '');
  if (host.length > 253 || !HOST.test(host) || (/^[\d.]+$/.test(host) && parseIp(host) === undefined)) {
    throw badParam(`The parameter “${param}” should be a hostname or an IPv4 address, not ${quote(given)}.`);
  }
  if (ownNames.includes(host) || host.startsWith('127.') || host === '0.0.0.0') {
    throw badParam(
      `The parameter “${param}” should be another server: mail that ${quote(given)} sends to itself never arrives.`,
    );
  }
  return host;
}
