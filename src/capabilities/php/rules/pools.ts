// The pools of PHP-FPM that an account needs: one for each virtual host that uses it.
import type { Account } from '../../accounts/rules/accounts.ts';
import type { AccountDirective } from './ini.ts';
import { resolve, type Host, type PhpState, type ServedBy } from './served-by.ts';
import { poolValues } from './fpm-settings.ts';
import { releaseOf } from './versions.ts';

/** One pool. JSON. */
export interface Pool {
  /** The name of the virtual host. */
  readonly name: string;
  /** The user and the group whose rights its processes have. */
  readonly username: string;
  readonly home: string;
  /** An absolute path. */
  readonly socket: string;
  readonly maxChildren: number;
  readonly maxRequests: number;
  /** In seconds. */
  readonly idleTimeout: number;
  /** What it sets besides what all pools set. */
  readonly directives?: readonly AccountDirective[];
}

/** Pools by release (`8.4`), sorted by name. */
export type Pools = ReadonlyMap<string, readonly Pool[]>;

function poolsOf({ username, home }: Account, served: Iterable<ServedBy>): Pools {
  const pools = new Map<string, Pool[]>();
  const sorted = [...served].sort((a, b) => (a.servername < b.servername ? -1 : 1));
  for (const { servername, runs, parameters, directives } of sorted) {
    if (runs?.runs !== 'fpm') continue;
    const pool = {
      ...{ name: servername, username, home, socket: runs.socket },
      ...poolValues(parameters),
      ...(directives.length > 0 && { directives }),
    };
    const release = releaseOf(runs.version);
    pools.set(release, [...(pools.get(release) ?? []), pool]);
  }
  return pools;
}

/** The pools of an account in a state of its settings. A suspended account has none. */
export function poolsIn(state: PhpState, account: Account, hosts: readonly Host[]): Pools {
  return account.suspendedAt === null ? poolsOf(account, resolve(state, hosts).values()) : new Map();
}

/** Both together. A pool of `after` replaces the one of the same name. */
export function union(before: Pools, after: Pools): Pools {
  const releases = new Set([...before.keys(), ...after.keys()]);
  return new Map(
    [...releases].map((release) => {
      const kept = after.get(release) ?? [];
      const others = (before.get(release) ?? []).filter(({ name }) => !kept.some((one) => one.name === name));
      return [release, [...kept, ...others].sort((a, b) => (a.name < b.name ? -1 : 1))];
    }),
  );
}
