// What functions look up about mail servers in DNS.
import { MachineError } from '../../../core/machine-error.ts';
import type { Machine } from '../../../core/machine.ts';
import type { MailServer } from '../../../core/machine-resolver.ts';

/** By domain. Undefined: the lookup failed. */
export async function lookUpMailServers(
  machine: Machine,
  domains: readonly string[],
): Promise<ReadonlyMap<string, readonly MailServer[] | undefined>> {
  const resolver = await machine.resolver();
  return each(domains, (domain) => resolver.mailServers(domain));
}

/** The addresses of names. Undefined: the lookup failed. */
export async function lookUpAddresses(
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
