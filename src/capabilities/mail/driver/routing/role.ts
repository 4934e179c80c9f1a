// Where the mail of domains is kept: by the zones of this server, and by DNS for others. When this server gets the role, Exim
// keeps the mail of existing domains waiting until that is known. Otherwise a domain whose mail servers are elsewhere would
// lose what programs of this server send to it.
import type { MailServer } from '../../../../core/machine-resolver.ts';
import type { Machine } from '../../../../core/machine.ts';
import type { TaskContext } from '../../../../core/task.ts';
import { rolesOf } from '../../../../ground/rules/roles/active-profile.ts';
import { publicAddresses } from '../../../addresses/rules/nat.ts';
import { lookAtZones } from '../../../dns/driver/zones/look-zones.ts';
import { zoneFileOf } from '../../../dns/rules/changed-zone.ts';
import { zonesToLookFor } from '../../../dns/rules/domain-zones.ts';
import * as dkimKeys from '../../rules/authentication/dkim-keys.ts';
import { publishForOld } from '../../rules/authentication/request.ts';
import { zoneOf, type LookedZones } from '../../rules/authentication/text-records.ts';
import { changedRouting, domainsOfServer, withRoutings } from '../../rules/routing/detected.ts';
import { addressesIn, detect, mxRecordsOf, type Whereabouts } from '../../rules/routing/mail-servers.ts';
import {
  changeBetween,
  domainIn,
  readState,
  routingOf,
  storeChange,
  type Detected,
} from '../../rules/state.ts';
import { lookupStep } from '../exim/lookups.ts';
import { MOVING } from '../exim/places.ts';
import { lookUpAddresses, lookUpMailServers } from '../look-mail-servers.ts';

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

type Work = Pick<TaskContext, 'machine' | 'transaction'>;
type StoringWork = Pick<TaskContext, 'transaction' | 'now'>;

/** How many files are written together. */
const AT_ONCE = 500;

/** Has mail for all domains wait, before Exim has its configuration. For a server that gets the role. */
export async function keepWaiting({ machine, transaction }: Work): Promise<void> {
  const domains = await transaction('reads', domainsOfServer);
  for (let at = 0; at < domains.length; at += AT_ONCE) {
    const files = domains.slice(at, at + AT_ONCE).map((domain) => [`moving/${domain}`, ''] as const);
    const step = lookupStep({ username: 'routing', files });
    await step.apply(machine, await step.prepare(machine));
  }
}

/** What was looked up of the domains whose mail waits. */
export interface FirstRouting extends FoundMailServers {
  readonly waiting: ReadonlySet<string>;
}

/** Looks the mail servers of all domains up whose mail waits. No lock is needed, and none should be held: it can take long. */
export async function lookAtWaiting({ machine, transaction }: Work): Promise<FirstRouting> {
  const { system } = machine;
  const files = await machine.files(['/etc/exim4']);
  const found = new Set((await files.facts(MOVING)) === undefined ? [] : await files.list(MOVING));
  const wanted = await transaction('reads', async (db) => ({
    domains: (await domainsOfServer(db)).filter((domain) => found.has(domain)),
    hasZones: (await rolesOf({ db, system })).has('DNS'),
    mapped: [...(await publicAddresses(db)).values()],
  }));
  return { ...(await lookAtMailServers(machine, wanted)), waiting: new Set(wanted.domains) };
}

export interface FirstRouted {
  /** The domains whose files of waiting mail are removed. */
  readonly decided: readonly string[];
  /** Those whose mail still waits, because a lookup failed. */
  readonly waiting: readonly string[];
  /** Those that get records for DKIM, SPF and DMARC. */
  readonly published: readonly string[];
}

/**
 * Stores where the mail of an account’s domains is kept, and starts the task that publishes their records of DKIM, SPF and
 * DMARC, as for new domains. A domain whose mail servers are elsewhere is left out: only its owner knows who sends for it.
 * The lock of the account is held.
 */
export async function storeFirstRouting(
  { transaction, now }: StoringWork,
  username: string,
  domains: readonly string[],
  found: FirstRouting,
): Promise<FirstRouted> {
  const own = domains.filter((domain) => found.waiting.has(domain));
  if (own.length === 0) return { decided: [], waiting: [], published: [] };
  return transaction('changes', async (db) => {
    const before = await readState(db, username);
    const changed = own.flatMap((domain) => {
      const servers = serversOf(domain, found);
      return changedRouting(domainIn(before, domain), servers && detect(servers, found.where), true);
    });
    const after = withRoutings(before, changed);
    await storeChange(db, username, changeBetween(before, after));
    const routings = own.map((domain) => ({ domain, routing: routingOf(domainIn(after, domain)) }));
    const namesOf = (isMeant: (routing: Detected) => boolean) =>
      routings.filter(({ routing }) => isMeant(routing)).map(({ domain }) => domain);
    const keyed = new Set((await dkimKeys.listOf(db, username)).map(({ domain }) => domain));
    const published = namesOf((routing) => routing === 'local').filter(
      (domain) => found.zones.has(domain) && !keyed.has(domain),
    );
    if (published.length > 0) await publishForOld(db, username, published, now());
    return {
      decided: namesOf((routing) => routing !== 'unknown'),
      waiting: namesOf((routing) => routing === 'unknown'),
      published,
    };
  });
}
