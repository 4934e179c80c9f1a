// What receivers of mail find in DNS, as the resolvers of this server answer.
import type { FreeContext } from '../../../../core/context.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import type { MachineResolver } from '../../../../core/machine-resolver.ts';
import { findPublicAddress } from '../../../addresses/rules/nat.ts';
import { openDomains } from './domains.ts';
import { arpaName, type LookedPtr } from './ptr.ts';
import { evaluateSpf } from './spf-evaluation.ts';
import type { LookedSpf } from './spf-record.ts';
import { isSpf } from './spf-syntax.ts';

/** The number of domains that are looked up at the same time. */
const AT_ONCE = 10;

interface Failure {
  /** A sentence. */
  readonly error: string;
}

export type LookedTexts = ReadonlyMap<string, readonly string[] | Failure>;

/** The server that sends mail. */
export interface Sender {
  /** As the internet knows it. */
  readonly address: string;
  /** The name with which it greets. */
  readonly helo: string;
}

/** The TXT records of a name for each domain of the caller, by domain. */
export async function lookAtTexts(
  context: FreeContext,
  given: readonly string[],
  nameOf: (domain: string) => string,
): Promise<LookedTexts> {
  const resolver = await context.machine.resolver();
  return forEach(await domainsOf(context, given), (domain) =>
    orFailure(() => resolver.texts(nameOf(domain))),
  );
}

/** The SPF records of each domain of the caller, each evaluated for the address of this server. */
export async function lookAtSpf(
  context: FreeContext,
  given: readonly string[],
): Promise<{ readonly sender: Sender; readonly looked: ReadonlyMap<string, LookedSpf> }> {
  const resolver = await context.machine.resolver();
  const sender = await senderOf(context);
  const { address: ip, helo } = sender;
  const evaluate = (domain: string) =>
    orFailure(async () => {
      const texts = (await resolver.texts(domain)).filter(isSpf);
      const question = { domain, ip, helo, now: () => context.now() };
      const records = texts.map(async (current) => ({
        current,
        ...(await evaluateSpf(resolver, question, current)),
      }));
      return { records: await Promise.all(records) };
    });
  return { sender, looked: await forEach(await domainsOf(context, given), evaluate) };
}

/** The names of the address from which this server sends. */
export async function lookAtPtr(context: FreeContext): Promise<{ sender: Sender; looked: LookedPtr }> {
  const resolver = await context.machine.resolver();
  const sender = await senderOf(context);
  const { address } = sender;
  const found = await orFailure(async () => {
    const names = (await resolver.namesOf(address)).map((name) => name.toLowerCase().replace(/\.$/, ''));
    const lookup = (name: string) => (address.includes(':') ? resolver.ipv6(name) : resolver.ipv4(name));
    return [...(await forEach(names, lookup))].map(([name, addresses]) => ({ name, addresses }));
  });
  const nameservers = await orFailure(() => nameserversOf(resolver, arpaName(address)));
  const looked = {
    error: 'error' in found ? found.error : '',
    names: 'error' in found ? [] : found,
    nameservers: 'error' in nameservers ? [] : nameservers,
  };
  return { sender, looked };
}

/** The nameservers of the zone that contains a name of an address. */
async function nameserversOf(resolver: MachineResolver, arpa: string): Promise<string[]> {
  // Stop before in-addr.arpa and ip6.arpa.
  for (let labels = arpa.split('.'); labels.length > 2; labels = labels.slice(1)) {
    const servers = await resolver.nameservers(labels.join('.'));
    if (servers.length > 0) return servers.sort();
  }
  return [];
}

/** The address from which this server sends: its main one, as the internet knows it. */
export async function senderOf({ transaction, system }: FreeContext): Promise<Sender> {
  const [main] = system.addresses();
  const address = await transaction('reads', (db) => findPublicAddress(db, main));
  return { address, helo: system.hostname().toLowerCase() };
}

async function domainsOf(
  { transaction, caller }: FreeContext,
  given: readonly string[],
): Promise<readonly string[]> {
  const { owners } = await transaction('reads', (db) => openDomains(db, caller, given));
  return [...owners.keys()];
}

async function forEach<T>(
  names: readonly string[],
  work: (name: string) => Promise<T>,
): Promise<ReadonlyMap<string, T>> {
  const found = new Map<string, T>();
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const some = names.slice(at, at + AT_ONCE);
    const results = await Promise.all(some.map(work));
    for (const [index, name] of some.entries()) found.set(name, results[index] as T);
  }
  return found;
}

async function orFailure<T>(lookup: () => Promise<T>): Promise<T | Failure> {
  try {
    return await lookup();
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    return { error: error.message };
  }
}
