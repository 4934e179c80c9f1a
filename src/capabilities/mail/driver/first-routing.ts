// Where the mail of existing domains is kept, when this server gets the role: until that is known, Exim keeps their mail
// waiting. Otherwise a domain whose mail servers are elsewhere would lose what programs of this server send to it.
import type { TaskContext } from '../../../core/task.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { publicAddresses } from '../../addresses/rules/nat.ts';
import * as dkimKeys from '../rules/authentication/dkim-keys.ts';
import { publishForOld } from '../rules/authentication/request.ts';
import { changedRouting, domainsOfServer, withRoutings } from '../rules/routing/detected.ts';
import { detect } from '../rules/routing/mail-servers.ts';
import { changeBetween, domainIn, readState, routingOf, storeChange, type Detected } from '../rules/state.ts';
import { lookupStep } from './exim/lookups.ts';
import { MOVING } from './exim/places.ts';
import { lookAtMailServers, serversOf, type FoundMailServers } from './look-mail-servers.ts';

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
