// What functions read from the nameserver before their transaction begins.
import type { Machine } from '../../../../core/machine.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import type { FoundAddresses } from '../../rules/local-addresses.ts';
import type { Authority, FoundAuthority } from '../../rules/local-authority.ts';
import type { Nameserver } from '../../../domains/rules/nameservers.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import type { FoundZone, SigningKey } from './contract.ts';
import type { CustomTemplates } from './custom-templates.ts';
import { policyOfName, type SigningPolicy } from './signing-policy.ts';
import { zones } from './zones.ts';

export { lookAtTemplates } from './custom-templates.ts';
export { nameOfPolicy, signingAlgorithms, type SigningPolicy } from './signing-policy.ts';

/** The present zone. Undefined if there is none. */
export async function lookAtZone(machine: DriverMachine, name: string): Promise<FoundZone | undefined> {
  const zone = await zones.read(machine, name);
  if (zone === undefined || zone.dnssecPolicy === null) return zone;
  const servedSerial = await zones.servedSerial(machine, name);
  return servedSerial === undefined ? zone : { ...zone, servedSerial };
}

/** When the zones of this server have changed, in milliseconds since 1970-01-01. */
export const lookAtChangeTimes = (machine: DriverMachine): Promise<ReadonlyMap<string, number>> =>
  zones.changeTimes(machine);

/** By name. Zones that are not there are left out. */
export async function lookAtZones(
  machine: DriverMachine,
  names: readonly string[],
): Promise<Map<string, FoundZone>> {
  const found = new Map<string, FoundZone>();
  for (const name of new Set(names)) {
    const zone = await lookAtZone(machine, name);
    if (zone !== undefined) found.set(name, zone);
  }
  return found;
}

/** All zones whose text contains one of these. */
export async function lookForTexts(machine: DriverMachine, texts: readonly string[]): Promise<FoundZone[]> {
  if (texts.length === 0) return [];
  const found: FoundZone[] = [];
  for (const name of await zones.list(machine)) {
    const zone = await zones.read(machine, name);
    if (zone !== undefined && texts.some((text) => zone.text.includes(text))) found.push(zone);
  }
  return found;
}

/** A zone with its signing policy. */
export interface LookedZone {
  readonly found: FoundZone;
  /** Null if it is not signed. Undefined if the policy is not this program's. */
  readonly policy: SigningPolicy | null | undefined;
  readonly keys: readonly SigningKey[];
  /** The serial that secondaries see. Undefined if the zone is not served. */
  readonly servedSerial: number | undefined;
}

/** By name. Zones that are not there are left out. */
export async function lookAtSigning(
  machine: DriverMachine,
  names: readonly string[],
): Promise<{ readonly isServed: boolean; readonly zones: ReadonlyMap<string, LookedZone> }> {
  const looked = new Map<string, LookedZone>();
  for (const [name, found] of await lookAtZones(machine, names)) {
    const { dnssecPolicy } = found;
    const isSigned = dnssecPolicy !== null;
    looked.set(name, {
      found,
      policy: isSigned ? policyOfName(dnssecPolicy) : null,
      keys: isSigned ? await zones.keys(machine, name) : [],
      servedSerial: found.servedSerial,
    });
  }
  return { isServed: await zones.isServed(machine), zones: looked };
}

/** The names of all zones, sorted. */
export function lookForZones(machine: DriverMachine): Promise<string[]> {
  return zones.list(machine);
}

/** What was found about the new domain of an account. */
export interface FoundForAccount {
  /** The domain as given. */
  readonly domain: string;
  readonly zone: FoundZone | undefined;
  /** What the account has now. Undefined for a new account. */
  readonly former?: FormerZones;
  /** Present if the caller wants the nameservers from the domain's registrar. */
  readonly registered?: RegisteredNameservers;
  /** The custom templates for zones of accounts. */
  readonly templates: CustomTemplates;
}

export interface FormerZones {
  /** Its main domain. */
  readonly domain: string;
  /** The names that were looked for: those of its domains that get another name, and the new ones. */
  readonly looked: readonly string[];
  readonly zones: ReadonlyMap<string, FoundZone>;
}

export interface RegisteredNameservers {
  /** Sorted. Empty if the domain has none. */
  readonly nameservers: readonly Nameserver[];
  /** Why the lookup failed. */
  readonly error?: string;
}

/** The domain's nameservers in DNS. Those with a name in the domain include their address. */
export async function lookAtRegistered(machine: Machine, domain: string): Promise<RegisteredNameservers> {
  const resolver = await machine.resolver();
  try {
    const names = (await resolver.nameservers(domain)).map((name) => name.toLowerCase()).sort();
    const ofServer = async (name: string) =>
      name.endsWith(`.${domain}`) ? { name, ip: (await resolver.ipv4(name))[0] } : { name };
    return { nameservers: await Promise.all(names.map(ofServer)) };
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    return { nameservers: [], error: error.message };
  }
}

/** What decides whether this server is authoritative for the domains. */
export async function lookAtAuthorities(
  machine: Machine,
  domains: readonly string[],
): Promise<FoundAuthority> {
  const own = await (await machine.addresses()).list();
  const found = await Promise.all(domains.map((one) => lookAtAuthority(machine, one)));
  return { own: own.filter(({ scope }) => scope !== 'host').map(({ address }) => address), found };
}

export async function lookAtAuthority(machine: Machine, domain: string): Promise<Authority> {
  const resolver = await machine.resolver();
  try {
    // Stop before the top-level domain: it answers for unregistered names.
    for (let labels = domain.split('.'); labels.length > 1; labels = labels.slice(1)) {
      const zone = labels.join('.');
      const nameservers = await resolver.nameservers(zone);
      if (nameservers.length === 0) continue;
      const lookups = nameservers.flatMap((server) => [resolver.ipv4(server), resolver.ipv6(server)]);
      return { zone, nameservers: nameservers.sort(), addresses: (await Promise.all(lookups)).flat() };
    }
    return { zone: null };
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    return { error: error.message };
  }
}

/** Where domains lead in DNS. */
export async function lookAtAddresses(machine: Machine, domains: readonly string[]): Promise<FoundAddresses> {
  const own = await (await machine.addresses()).list();
  const resolver = await machine.resolver();
  const found = await Promise.all(
    domains.map(async (domain) => {
      try {
        return { addresses: [...(await resolver.ipv4(domain)), ...(await resolver.ipv6(domain))] };
      } catch (error) {
        if (!(error instanceof MachineError)) throw error;
        return { addresses: [], error: error.message };
      }
    }),
  );
  return { own: own.filter(({ scope }) => scope !== 'host').map(({ address }) => address), found };
}
