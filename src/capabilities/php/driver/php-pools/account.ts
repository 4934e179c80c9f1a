// The PHP-FPM pools of an account: one for each of its virtual hosts that uses PHP-FPM. A suspended account has none.
import type { Account } from '../../../accounts/rules/accounts.ts';
import { listOf } from '../../../domains/rules/hosted-domains.ts';
import { renamed, renamesOf } from '../../../domains/rules/renamed-domains.ts';
import { virtualHostsOf, type VirtualHost } from '../../../domains/rules/virtual-hosts.ts';
import { poolsIn, union, type Pools } from '../../rules/pools.ts';
import { readState, withHost, withRenames } from '../../rules/served-by.ts';
import { movedSettings } from '../../rules/stored-fpm-settings.ts';
import { newestOf } from '../../rules/versions.ts';
import type { PlannedStep } from '../../../../core/plan.ts';
import type { AccountPart, PartDependencies } from '../../../accounts/driver/account-part.ts';
import { findVersions } from '../versions.ts';
import type { HostPhp } from '../../rules/settings.ts';
import { refusalsOf, unserved } from './refusal.ts';
import change from './steps/change.ts';
import remove, { assertRemovable } from './steps/remove.ts';

declare module '../../../accounts/driver/account-part.ts' {
  interface PartWishes {
    /** The PHP settings of the website. Default: those of a new virtual host. */
    readonly php?: HostPhp;
  }
  interface PartFacts {
    /** The newest installed version, which becomes the server’s default if there is none yet. */
    readonly newestPhp?: string | undefined;
  }
  interface FoundByParts {
    /** The newest installed version: `ea-php84`. Undefined if there is none. */
    readonly php?: { readonly newest: string | undefined };
    /** Why versions of PHP-FPM do not read a configuration with a new account. */
    readonly phpRefusals?: readonly string[];
  }
}

const ROLE = 'WebServer';

export const part: AccountPart = {
  async look({ machine }, roles, { username }) {
    if (!roles.has(ROLE)) return {};
    const versions = await findVersions(machine);
    const php = { newest: newestOf(versions)?.id };
    return username === undefined ? { php, phpRefusals: await refusalsOf(machine, versions) } : { php };
  },
  lookForDomains: async ({ machine }, roles) =>
    roles.has(ROLE) ? { php: { newest: newestOf(await findVersions(machine))?.id } } : {},
  async created(context, { account }) {
    for (const refusal of context.found.phpRefusals ?? [])
      context.warn(unserved(`PHP does not run for “${account.domain}”`, refusal));
    const steps = [...(await present(context, account))].map(([release, pools]) =>
      change.plan({ release, accounts: [{ username: account.username, pools }], isNew: true }),
    );
    return { steps, locks: [], facts: factsOf(context) };
  },
  domainsChanged: (context) => ({ steps: [], locks: [], facts: factsOf(context) }),
  // PHP-FPM does not start while a pool names a user who does not exist.
  released: (_world, before, after) =>
    isMoved(before, after) ? [remove.plan({ username: before.username })] : [],
  async changed(context, before, after) {
    if (isMoved(before, after)) return stepsFor(after, await present(context, after, before));
    if (before.domain === after.domain) return [];
    const pools = [await present(context, before), await present(context, after, before)] as const;
    return stepsFor(after, union(...pools));
  },
  // PHP-FPM would start a process again that is ended, also without a request.
  suspended: ({ roles }, { username }) => (roles.has(ROLE) ? [remove.plan({ username })] : []),
  unsuspended: async (context, account) =>
    restoringSteps(account, await present(context, { ...account, suspendedAt: null })),
  removed: (_world, { username }) => [remove.plan({ username })],
  assertRemovable: ({ machine }, { account: { username } }) => assertRemovable(machine, username),
};

const factsOf = ({ found }: Pick<PartDependencies, 'found'>) =>
  found.php?.newest === undefined ? {} : { newestPhp: found.php.newest };

/** What the web server no longer uses after its own change. */
export const retired: AccountPart = {
  async changed(context, before, after) {
    if (isMoved(before, after) || before.domain === after.domain) return [];
    const [had, has] = [await present(context, before), await present(context, after, before)];
    return retiringSteps(after, had, has);
  },
};

/** Steps for other virtual hosts of an account: `first` before the web server’s own change, and `last` after it. */
export async function stepsForHosts(
  { db, found }: Pick<PartDependencies, 'db' | 'found'>,
  account: Account,
  { before, after }: Record<'before' | 'after', readonly VirtualHost[]>,
): Promise<Record<'first' | 'last', PlannedStep[]>> {
  const state = await readState(db, account.username, found.php?.newest);
  const [had, has] = [poolsIn(state, account, before), poolsIn(state, account, after)];
  if (JSON.stringify([...had]) === JSON.stringify([...has])) return { first: [], last: [] };
  return { first: stepsFor(account, union(had, has)), last: retiringSteps(account, had, has) };
}

/** Steps that give an account these pools. */
export function stepsFor({ username }: Account, pools: Pools): PlannedStep[] {
  return [...pools].map(([release, list]) => change.plan({ release, accounts: [{ username, pools: list }] }));
}

/** The same after a suspension: PHP-FPM reads them soon. */
function restoringSteps({ username }: Account, pools: Pools): PlannedStep[] {
  return [...pools].map(([release, list]) =>
    change.plan({ release, accounts: [{ username, pools: list }], isRestored: true }),
  );
}

/** Steps that follow `stepsFor(union(before, after))`, once the web server uses the new pools. */
function retiringSteps({ username }: Account, before: Pools, after: Pools): PlannedStep[] {
  return [...union(before, after)].flatMap(([release, all]) => {
    const kept = after.get(release) ?? [];
    if (kept.length === all.length) return [];
    const gone = all.filter(({ name }) => !kept.some((one) => one.name === name));
    const closes = gone.map(({ socket }) => socket);
    return [change.plan({ release, accounts: [{ username, pools: kept, closes }] })];
  });
}

/** The pools of an account by the stored settings. `former`: the account as it is stored, if it changes. */
async function present(
  { db, roles, found, wishes }: PartDependencies,
  account: Account,
  former = account,
): Promise<Pools> {
  if (!roles.has(ROLE)) return new Map();
  const stored = withHost(await readState(db, former.username, found.php?.newest), wishes.php);
  const hosted = await listOf(db, former.username);
  const renames = renamesOf(former, account, hosted);
  const fpm = movedSettings(stored.fpm, former.home, account.home);
  const state = withRenames({ ...stored, fpm }, renames);
  return poolsIn(state, account, await virtualHostsOf(db, account, renamed(hosted, renames)));
}

function isMoved(before: Account, after: Account): boolean {
  return before.username !== after.username || before.home !== after.home;
}
