// Changes the PHP of virtual hosts: the versions and settings of some, or the server’s default for all others.
import { defineChange, exclusive, type Plan, type PlannedStep } from '../../core/plan.ts';
import changePools from '../../capabilities/php/driver/php-pools/steps/change.ts';
import { partDependencies, type PartContext } from '../driver/account-parts.ts';
import { webStepsOf } from '../../capabilities/web/driver/virtual-hosts/account.ts';
import {
  ALL_POOLS,
  setFpmSettings,
  type FpmScope,
  type FpmSetting,
} from '../../capabilities/php/rules/stored-fpm-settings.ts';
import { poolsIn, union, type Pool, type Pools } from '../../capabilities/php/rules/pools.ts';
import { resolve, runsIn, type PhpState } from '../../capabilities/php/rules/served-by.ts';
import * as settings from '../../capabilities/php/rules/settings.ts';
import type { AccountPhp } from '../../capabilities/php/rules/virtual-hosts.ts';

/** What is stored once the change is made. */
interface ChangePhp {
  readonly hosts: readonly settings.HostPhp[];
  readonly defaultVersion?: string;
  readonly handler?: { readonly version: string; readonly name: string };
  readonly fpm?: { readonly scope: FpmScope; readonly settings: readonly FpmSetting[] };
}

const change = defineChange<ChangePhp>({
  kind: 'change-php',
  async store(db, { hosts, defaultVersion, handler, fpm }) {
    for (const host of hosts) await settings.setHost(db, host);
    if (defaultVersion !== undefined) await settings.setServer(db, { defaultVersion });
    if (handler !== undefined) await settings.setHandler(db, handler.version, handler.name);
    if (fpm !== undefined) await setFpmSettings(db, fpm.scope, fpm.settings);
  },
});
export default change;

/** An account with the state of its settings before and after. */
export interface ChangedAccount extends AccountPhp {
  readonly after: PhpState;
}

/**
 * New pools are started first, then the web server uses them, and then pools that are no longer used are removed.
 * Accounts for which nothing changes need no steps.
 */
export async function changePhp(
  context: PartContext,
  stored: ChangePhp,
  accounts: readonly ChangedAccount[],
): Promise<Plan> {
  const changed = accounts.filter(isChanged).map((one) => ({
    ...one,
    had: poolsIn(one.state, one.account, one.hosts),
    has: poolsIn(one.after, one.account, one.hosts),
  }));
  const dependencies = await partDependencies(context);
  const web = await webStepsOf(
    dependencies,
    changed.map(({ account, after, hosts }) => ({ account, overrides: { php: runsIn(after, hosts) } })),
  );
  const isServerWide =
    stored.defaultVersion !== undefined ||
    stored.handler !== undefined ||
    stored.fpm?.scope.servername === ALL_POOLS;
  return change.plan(stored, {
    locks: [
      ...(isServerWide ? [exclusive('php')] : []),
      ...changed.map(({ account }) => exclusive(`account ${account.username}`)),
    ],
    steps: [
      ...poolChanges(
        changed,
        ({ had, has }) => union(had, has),
        ({ had }) => had,
      ),
      ...web,
      ...poolChanges(
        changed,
        ({ has }) => has,
        ({ had, has }) => union(had, has),
      ),
    ],
  });
}

function isChanged({ state, after, hosts }: ChangedAccount): boolean {
  const [before, now] = [state, after].map((one) => JSON.stringify([...resolve(one, hosts)]));
  return before !== now;
}

interface WithPools extends ChangedAccount {
  readonly had: Pools;
  readonly has: Pools;
}

/** One step for each release, so that many accounts share a reload. */
function poolChanges(
  changed: readonly WithPools[],
  wanted: (account: WithPools) => Pools,
  present: (account: WithPools) => Pools,
): PlannedStep[] {
  const steps = new Map<string, { username: string; pools: readonly Pool[]; closes: string[] }[]>();
  for (const one of changed) {
    const [next, now] = [wanted(one), present(one)];
    for (const release of new Set([...next.keys(), ...now.keys()])) {
      const pools = next.get(release) ?? [];
      const before = now.get(release) ?? [];
      if (JSON.stringify(pools) === JSON.stringify(before)) continue;
      const closes = before
        .filter(({ name }) => !pools.some((pool) => pool.name === name))
        .map(({ socket }) => socket);
      const list = steps.get(release) ?? [];
      steps.set(release, [...list, { username: one.account.username, pools, closes }]);
    }
  }
  // The first pools of a release need the settings that all pools share.
  return [...steps].map(([release, accounts]) =>
    changePools.plan({ release, accounts, hasBase: accounts.some(({ pools }) => pools.length > 0) }),
  );
}
