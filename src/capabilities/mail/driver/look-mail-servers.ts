// What functions look up about mail servers: in the zones of this server, and in DNS for other domains.
import { MachineError } from '../../../core/machine-error.ts';
import type { Machine } from '../../../core/machine.ts';
import type { MailServer } from '../../../core/machine-resolver.ts';
import { lookAtZones } from '../../dns/driver/zones/look-zones.ts';
import { zoneFileOf } from '../../dns/rules/changed-zone.ts';
import { zonesToLookFor } from '../../dns/rules/domain-zones.ts';
import { zoneOf, type LookedZones } from '../rules/authentication/text-records.ts';
import { addressesIn, mxRecordsOf, type Whereabouts } from '../rules/routing/mail-servers.ts';

/** What was read from the nameserver and from DNS. */
export interface FoundMailServers extends LookedZones {
  readonly where: Whereabouts;
  /** The mail servers in DNS of domains without a zone here. Undefined: the lookup failed. */
  readonly elsewhere: ReadonlyMap<string, readonly MailServer[] | undefined>;
}

export interface MailServersToLookFor {
  readonly domains: readonly string[];
  /** This server has the role DNS. */
  readonly hasZones: boolean;
  /** The addresses by which the internet knows this server (NAT). */
  readonly mapped: readonly string[];
  /** A mail server that is added. */
  readonly exchanger?: string | undefined;
}

/** A zone of this server counts before DNS. */
export async function lookAtMailServers(
  machine: Machine,
  { domains, hasZones, mapped, exchanger }: MailServersToLookFor,
): Promise<FoundMailServers> {
  const { system } = machine;
  const names = hasZones ? domains.flatMap(zonesToLookFor) : [];
  const looked: LookedZones = { looked: new Set(names), zones: await lookAtZones(machine, names) };
  const addresses = new Map<string, readonly string[] | undefined>();
  const unknown = new Set(exchanger === undefined ? [] : [exchanger]);
  const withoutZone = domains.filter((one) => zoneOf(one, looked) === undefined);
  for (const one of domains) {
    const zone = zoneOf(one, looked);
    if (zone !== undefined)
      for (const { exchange } of mxRecordsOf(zoneFileOf(zone), one)) unknown.add(exchange);
  }
  const elsewhere = await lookUpMailServers(machine, withoutZone);
  for (const servers of elsewhere.values()) for (const { exchange } of servers ?? []) unknown.add(exchange);
  const foreign: string[] = [];
  for (const name of [...unknown].map((one) => one.toLowerCase()).filter((one) => one !== '')) {
    const zone = zonesToLookFor(name)
      .map((one) => looked.zones.get(one))
      .find((one) => one !== undefined);
    const known = name === system.hostname().toLowerCase() ? system.addresses() : undefined;
    const inZone = known ?? (zone && addressesIn(zoneFileOf(zone), name));
    if (inZone === undefined) foreign.push(name);
    else addresses.set(name, inZone);
  }
  for (const [name, found] of await lookUpAddresses(machine, foreign)) addresses.set(name, found);
  const own = (await (await machine.addresses()).list()).map(({ address }) => address);
  return { ...looked, elsewhere, where: { addresses, own: [...own, ...mapped, ...system.addresses()] } };
}

/** Undefined: the lookup failed. */
export function serversOf(domain: string, found: FoundMailServers): readonly MailServer[] | undefined {
  const zone = zoneOf(domain, found);
  return zone === undefined ? found.elsewhere.get(domain) : mxRecordsOf(zoneFileOf(zone), domain);
}

/** By domain. Undefined: the lookup failed. */
async function lookUpMailServers(
  machine: Machine,
  domains: readonly string[],
): Promise<ReadonlyMap<string, readonly MailServer[] | undefined>> {
  const resolver = await machine.resolver();
  return each(domains, (domain) => resolver.mailServers(domain));
}

/** The addresses of names. Undefined: the lookup failed. */
async function lookUpAddresses(
  machine: Machine,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly string[] | undefined>> {
  const resolver = await machine.resolver();
  return each(names, async (name) => [...(await resolver.ipv4(name)), ...(await resolver.ipv6(name))]);
}

/** Lookups at the same time. */
const AT_ONCE = 10;

async function each<T>(
  names: readonly string[],
  lookup: (name: string) => Promise<T>,
): Promise<ReadonlyMap<string, T | undefined>> {
  const found = new Map<string, T | undefined>();
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const some = names.slice(at, at + AT_ONCE);
    const results = await Promise.all(some.map((name) => lookup(name).catch(unlessOfMachine)));
    for (const [index, name] of some.entries()) found.set(name, results[index]);
  }
  return found;
}

function unlessOfMachine(error: unknown): undefined {
  if (error instanceof MachineError) return undefined;
  throw error;
}
