// Which virtual hosts do not use PHP-FPM yet, and what a conversion needs.
import type { Db } from '../../../core/context.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import type { PhpState } from './served-by.ts';
import { readAccount, type HostOfAccount } from './virtual-hosts.ts';

/** The kind of the task that converts them. */
export const CONVERSION = 'convert-domains-to-fpm';

/** In bytes: what WHM’s documentation recommends for each domain, if no process of a pool can be measured. */
const MEMORY_OF_DOMAIN = 30 * 1024 * 1024;

/** Virtual hosts of one account with the same setting of the version. */
export interface ConvertedHosts {
  readonly username: string;
  /** As php_set_vhost_versions accepts it. */
  readonly version: string;
  readonly servernames: readonly string[];
}

export function toConvert(hosts: readonly HostOfAccount[]): HostOfAccount[] {
  return hosts.filter(({ servedBy }) => !servedBy.usesFpm);
}

/** True if these virtual hosts still have this version. False if the account or one of them was removed. */
export async function isCurrent(
  db: Db,
  { username, version, servernames }: ConvertedHosts,
): Promise<boolean> {
  const account = await accounts.find(db, username);
  if (account === undefined) return false;
  const { state, hosts } = await readAccount(db, account, undefined);
  const names = new Set(hosts.map(({ servername }) => servername));
  return servernames.every((name) => names.has(name) && storedVersion(state, name) === version);
}

const storedVersion = ({ hosts }: Pick<PhpState, 'hosts'>, servername: string) =>
  hosts.get(servername)?.version ?? 'inherit';

export function groupForCalls(hosts: readonly HostOfAccount[]): ConvertedHosts[] {
  const groups = new Map<string, { username: string; version: string; servernames: string[] }>();
  for (const { account, host, state } of hosts) {
    const version = storedVersion(state, host.servername);
    const key = `${account.username} ${version}`;
    const group = groups.get(key) ?? { username: account.username, version, servernames: [] };
    group.servernames.push(host.servername);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** In bytes, by the measured average of the running processes. */
export function memoryOfDomain({ processes, used }: { processes: number; used: number }): number {
  return processes === 0 ? MEMORY_OF_DOMAIN : used / processes;
}
