// Creates the zone of a domain of this server from a template.
import type { Context, Db } from '../../../core/context.ts';
import { quote } from '../../../core/quote.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import { findPublicAddress } from '../../addresses/rules/nat.ts';
import * as tweakSettings from '../../../ground/rules/tweak-settings.ts';
import { isMailbox, nameKey } from './names.ts';
import * as nameservers from '../../domains/rules/nameservers.ts';
import { textOf } from './octets.ts';
import { firstSerial } from './serial.ts';
import { addressesAt, mailServicesOf, servicesAt } from './service-records.ts';
import { type Template, zoneFromTemplate } from './templates.ts';
import { recordsOf, type ZoneFile } from './zone-file.ts';

/** In seconds, the same as WHM's, until the tweak settings TTL and NSTTL are set. */
const DEFAULTS = { TTL: 14_400, NSTTL: 86_400 };

/** In seconds. */
export const ttlOf = async (db: Db, key: keyof typeof DEFAULTS): Promise<number> =>
  Number(await tweakSettings.read(db, 'Basic', key)) || DEFAULTS[key];

export interface NewZone {
  /** Without the final dot. */
  readonly name: string;
  readonly ip: string;
  readonly ipv6?: string | undefined;
  readonly template: Template;
  /** The account that the zone belongs to. Undefined if there is none. */
  readonly account: Account | undefined;
  /** The user whose nameservers it gets: root or a reseller. */
  readonly nameserversOf: string;
  /** Used instead of the owner's. */
  readonly nameservers?: readonly nameservers.Nameserver[] | undefined;
  /** Default: the first serial of the day. */
  readonly serial?: number;
  /** Further names that get the addresses of the domain, unless the template has them. Without a final dot. */
  readonly furtherNames?: readonly string[];
  /** True if mail programs find their servers by the zone. */
  readonly hasDiscovery?: boolean;
  /** TXT records, unless the template has one of that kind there. */
  readonly texts?: readonly ZoneText[] | undefined;
}

/** A TXT record. Its first word, such as “v=spf1”, is its kind: a name has one of each kind. */
export interface ZoneText {
  /** Without the final dot. */
  readonly name: string;
  /** ASCII, without “%”, quotes and backslashes. */
  readonly text: string;
}

export interface NewZoneText {
  /** The zone file. */
  readonly text: string;
  /** For a custom template: its line, counted from 1, for each line of the text. */
  readonly template?: { readonly name: string; readonly lines: readonly number[] };
}

/** What the records of a zone are generated from. */
export type ZoneContext = Pick<Context, 'db' | 'system' | 'version' | 'now' | 'warn'>;

/** @throws ApiError as `zoneFromTemplate` */
export async function newZone(
  { db, system, version, now, warn }: ZoneContext,
  {
    name,
    ip,
    ipv6,
    template,
    account,
    nameserversOf,
    nameservers: given,
    serial,
    furtherNames = [],
    hasDiscovery = false,
    texts = [],
  }: NewZone,
): Promise<NewZoneText> {
  const hostname = system.hostname().toLowerCase();
  let servers = given ?? (await nameservers.listServersFor({ db, system }, nameserversOf));
  if (servers.length === 0) {
    servers = [{ name: hostname, ip: await findPublicAddress(db, system.addresses()[0]) }];
    warn(
      `No nameservers are set, so the zone ${quote(name)} has only this server, ${quote(hostname)}. ` +
        'The administrator can set nameservers with update_nameservers_config.',
    );
  }
  const contact = account?.contactEmail ?? '';
  const canContact = contact !== '' && isMailbox(contact, `${name}.`);
  const reseller = account === undefined || account.owner === 'root' ? undefined : account.owner;
  const values = {
    ...{ domain: name, ip, ipv6, version, reseller },
    nameservers: servers,
    contact: canContact ? contact : `root@${hostname}.`,
    ...{
      ttl: await ttlOf(db, 'TTL'),
      nsTtl: await ttlOf(db, 'NSTTL'),
      serial: serial ?? firstSerial(new Date(now())),
    },
  };
  let made = zoneFromTemplate(template, values);
  const missing = furtherNames.filter((one) => addressesAt(made.zone, one).length === 0);
  const services = hasDiscovery
    ? mailServicesOf({ domain: name, hostname }).filter(
        ({ owner }) => servicesAt(made.zone, owner).length === 0,
      )
    : [];
  const absent = texts.filter((one) => !hasText(made.zone, one));
  if (missing.length + services.length + absent.length > 0) {
    made = zoneFromTemplate(withRecords(template, missing, services, absent), values);
  }
  const { zone, lines } = made;
  return { text: textOf(zone.text), ...(template.isCustom && { template: { name: template.name, lines } }) };
}

function withRecords(
  template: Template,
  names: readonly string[],
  services: ReturnType<typeof mailServicesOf>,
  texts: readonly ZoneText[],
): Template {
  const lines = [
    ...names.flatMap((name) => [`${name}.\t%ttl%\tIN\tA\t%ip%\n`, `${name}.\t%ttl%\tIN\tAAAA\t%ipv6%\n`]),
    ...services.map(({ owner, type, items }) => `${owner}\t%ttl%\tIN\t${type}\t${items.join(' ')}\n`),
    ...texts.map(({ name, text }) => `${name}.\t%ttl%\tIN\tTXT\t${stringsOf(text)}\n`),
  ];
  return { ...template, text: `${template.text.replace(/\n?$/, '\n')}${lines.join('')}` };
}

/** A string of a TXT record has at most 255 octets. */
const stringsOf = (text: string) => (text.match(/.{1,255}/g) ?? []).map((one) => `"${one}"`).join(' ');

const kindOf = (text: string) => /^[^\s;]*/.exec(text)?.[0].toLowerCase();

function hasText(zone: ZoneFile, { name, text }: ZoneText): boolean {
  const key = nameKey(`${name}.`);
  return recordsOf(zone).some(
    ({ owner, type, items }) =>
      type === 'TXT' && nameKey(owner) === key && kindOf(items.join('')) === kindOf(text),
  );
}
