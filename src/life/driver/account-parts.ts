// The parts of an account, in the order of the capabilities. Suspension and removal use the reverse order: the system
// user, who owns everything else, is created first and removed last.
import { capabilities } from '../../capabilities/capabilities.ts';
import type { FreeContext } from '../../core/context.ts';
import type { Param, Params } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';
import { MachineError, UNCHANGED } from '../../core/machine-error.ts';
import type { PlannedStep } from '../../core/plan.ts';
import type { Account } from '../../capabilities/accounts/rules/accounts.ts';
import type { ChangedDomains } from '../../capabilities/domains/rules/changed-domains.ts';
import { listLeaving } from '../../capabilities/accounts/rules/postponed.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';
import {
  type AccountPart,
  type Copying,
  type FoundByParts,
  type FoundToRebuild,
  type Looking,
  type Missing,
  type NewAccount,
  type PartFacts,
  type PartPlan,
  type PartSubject,
  type PartWishes,
  type PartWork,
  type PartDependencies,
  type Wished,
} from '../../capabilities/accounts/driver/account-part.ts';
import type { Copy } from '../../ground/rules/machine-copies.ts';
import tryStep from '../../ground/driver/daemons/steps/try.ts';
import { part as users } from '../../capabilities/accounts/driver/users/account.ts';
import endProcesses from '../../capabilities/accounts/driver/users/steps/end-processes.ts';
import suspendUser from '../../capabilities/accounts/driver/users/steps/suspend.ts';

const parts: readonly AccountPart[] = [
  ...capabilities.flatMap(({ parts: own = [] }) => own),
  ...capabilities.flatMap(({ retired = [] }) => retired),
];

/** What can be missing on the machine, in the order in which it is created again. */
export const rebuiltParts = parts.flatMap(({ rebuilds = [] }) => rebuilds);

/**
 * The parameters of all parts, for the description of a function that makes such a change. The function need not know them:
 * `wishesFrom` reads their arguments.
 */
// oxlint-disable-next-line typescript/no-generated-empty-object-type
export function paramsFor(change: Wished): Record<never, Param> {
  return Object.assign({}, ...parts.map(({ params }) => params?.[change]?.params)) as Params;
}

/** @param args the arguments of `paramsFor`. */
export function wishesFrom(change: Wished, args: Readonly<Record<string, unknown>>): PartWishes {
  return Object.assign({}, ...parts.map(({ params }) => params?.[change]?.wishesOf(args))) as PartWishes;
}

/** For the `look` of functions that create an account or change its domain. */
export async function look(context: FreeContext, subject: PartSubject): Promise<FoundByParts> {
  const { system, transaction } = context;
  const roles = await transaction('reads', (db) => rolesOf({ db, system }));
  let found: FoundByParts = {};
  for (const part of parts) found = { ...found, ...(await part.look?.(context, roles, subject)) };
  return found;
}

/** For the `look` of functions that change the domains of an account besides its main domain. */
export async function lookForDomains(context: FreeContext): Promise<FoundByParts> {
  const { system, transaction } = context;
  const roles = await transaction('reads', (db) => rolesOf({ db, system }));
  let found: FoundByParts = {};
  for (const part of parts) found = { ...found, ...(await part.lookForDomains?.(context, roles)) };
  return found;
}

export function created(context: PartDependencies, account: NewAccount): Promise<PartWork> {
  return gather(parts, (part) => part.created?.(context, account));
}

export async function changed(context: PartDependencies, before: Account, after: Account): Promise<PartWork> {
  const released = await gather(backwards, (part) => part.released?.(context, before, after));
  const changes = await gather(parts, (part) => part.changed?.(context, before, after));
  return {
    steps: [...released.steps, ...changes.steps],
    locks: [...released.locks, ...changes.locks],
    facts: { ...released.facts, ...changes.facts },
  };
}

/** For domains besides the main domain. What the web server and the nameserver need is planned apart. */
export function domainsChanged(context: PartDependencies, domains: ChangedDomains): Promise<PartWork> {
  return gather(parts, (part) => part.domainsChanged?.(context, domains));
}

/** The context says which certificates. What the web server needs is planned apart. */
export function certificatesChanged(context: PartDependencies, account: Account): Promise<PartWork> {
  return gather(parts, (part) => part.certificatesChanged?.(context, account));
}

/** The user comes first: what keeps it out works whatever the state of the daemons is. They follow now, or by a task. */
export async function suspended(context: PartDependencies, account: Account): Promise<PartWork> {
  const user = await gather([users], (part) => part.suspended?.(context, account));
  const daemons = await suspendedDaemons(context, account);
  const { username: name } = account;
  const again = daemons.steps.length === 0 ? [] : [endProcesses.plan({ name })];
  const first = user.steps.map((step) =>
    again.length > 0 && step.kind === suspendUser.kind ? suspendUser.plan({ name, isRepeated: true }) : step,
  );
  return {
    steps: [...first, ...daemons.steps.map(tried), ...again],
    locks: [...user.locks, ...daemons.locks],
    facts: { ...user.facts, ...daemons.facts },
  };
}

export async function unsuspended(context: PartDependencies, account: Account): Promise<PartWork> {
  const user = await gather([users], (part) => part.unsuspended?.(context, account));
  const daemons = await unsuspendedDaemons(context, account);
  return {
    steps: [...user.steps, ...daemons.steps.map(tried)],
    locks: [...user.locks, ...daemons.locks],
    facts: { ...user.facts, ...daemons.facts },
  };
}

/** The steps by which the daemons follow the stored state of an account: suspended, or not. */
export async function daemonsFollow(
  context: PartDependencies,
  account: Account,
): Promise<readonly PlannedStep[]> {
  const follow = account.suspendedAt === null ? unsuspendedDaemons : suspendedDaemons;
  return (await follow(context, account)).steps;
}

function suspendedDaemons(context: PartDependencies, account: Account): Promise<PartWork> {
  return gather(without(backwards, users), (part) => part.suspended?.(context, account));
}

function unsuspendedDaemons(context: PartDependencies, account: Account): Promise<PartWork> {
  return gather(without(parts, users), (part) => part.unsuspended?.(context, account));
}

const without = (among: readonly AccountPart[], one: AccountPart) => among.filter((part) => part !== one);

const tried = (step: PlannedStep): PlannedStep => tryStep.plan({ step });

/**
 * Asks everything that could refuse a removal, for the `look` of a function that removes an account.
 * @returns the reasons, as sentences.
 */
export async function refusalsOfRemoval(
  context: FreeContext,
  account: Account,
  wishes: PartWishes,
): Promise<string[]> {
  const { system, transaction } = context;
  const roles = await transaction('reads', (db) => rolesOf({ db, system }));
  const asked = parts.map(async (part) => part.assertRemovable?.(context, { account, roles, wishes }));
  const refusals: string[] = [];
  for (const one of await Promise.allSettled(asked)) {
    if (one.status === 'fulfilled') continue;
    const reason: unknown = one.reason;
    if (!(reason instanceof MachineError || reason instanceof ApiError)) throw reason;
    refusals.push(reason.message.replace(UNCHANGED, ''));
  }
  return refusals;
}

export function removed(context: PartDependencies, account: Account): Promise<PartWork> {
  return gather(backwards, (part) => part.removed?.(context, account));
}

export type { Missing } from '../../capabilities/accounts/driver/account-part.ts';

export interface FoundMissing {
  /** By account, and then in the order in which it is created again. */
  readonly missing: readonly Missing[];
  /** Why something could not be looked at. Sentences. */
  readonly problems: readonly string[];
}

/** What the machine lacks of these accounts. An account that is being removed lacks nothing. */
export async function missing(looking: Looking, all: readonly Account[]): Promise<FoundMissing> {
  const leaving = await looking.transaction('reads', listLeaving);
  const accounts = all.filter(({ uid }) => !leaving.has(uid));
  const { found, problems } = await fromEach((part) => part.missing?.(looking, accounts));
  const order = (one: Missing) => rebuiltParts.indexOf(one.part);
  const sorted = found.sort((a, b) =>
    a.username === b.username ? order(a) - order(b) : a.username < b.username ? -1 : 1,
  );
  return { missing: sorted, problems };
}

/** The same of what belongs to no account. */
export async function missingOfRoot(looking: Looking): Promise<FoundMissing> {
  const { found, problems } = await fromEach((part) => part.ofRoot?.missing(looking));
  return { missing: found, problems };
}

/** For the `look` of a function that creates a part of an account again. */
export async function lookToRebuild(looking: Looking, part: string): Promise<FoundToRebuild> {
  let found: FoundToRebuild = {};
  for (const one of parts) found = { ...found, ...(await one.lookToRebuild?.(looking, part)) };
  return found;
}

export function rebuilt(context: PartDependencies, account: Account, part: string): Promise<PartWork> {
  return gather(parts, (one) => one.rebuilt?.(context, account, part));
}

/** The same of what belongs to no account. */
export function rebuiltOfRoot(context: PartDependencies, part: string): Promise<PartWork> {
  return gather(parts, (one) => one.ofRoot?.rebuilt(context, part));
}

/** What only the machine knows of these accounts, and why something could not be read. */
export async function copied(
  looking: Copying,
  usernames: readonly string[],
): Promise<{ readonly copies: readonly Copy[]; readonly problems: readonly string[] }> {
  const names = new Set(usernames);
  const { found, problems } = await fromEach((part) => part.copied?.(looking, names));
  return { copies: found, problems };
}

/** Asks each part. A server of databases that does not run is a problem, and no failure. */
async function fromEach<T>(
  ask: (part: AccountPart) => Promise<readonly T[]> | undefined,
): Promise<{ readonly found: T[]; readonly problems: readonly string[] }> {
  const found: T[] = [];
  const problems = new Set<string>();
  for (const part of parts) {
    try {
      found.push(...((await ask(part)) ?? []));
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      problems.add(error.message);
    }
  }
  return { found, problems: [...problems] };
}

const backwards = [...parts].reverse();

async function gather(
  from: readonly AccountPart[],
  planOf: (part: AccountPart) => PartPlan | undefined,
): Promise<PartWork> {
  const steps: PlannedStep[] = [];
  const locks: PartWork['locks'][number][] = [];
  let facts: PartFacts = {};
  let secret: string | undefined;
  for (const part of from) {
    const plan = (await planOf(part)) ?? [];
    steps.push(...('steps' in plan ? plan.steps : plan));
    if (!('locks' in plan)) continue;
    locks.push(...plan.locks);
    facts = { ...facts, ...plan.facts };
    secret ??= plan.secret;
  }
  return { steps, locks, facts, ...(secret !== undefined && { secret }) };
}

// What a call passes to the parts of an account.
export type PartContext = Omit<PartDependencies, 'roles' | 'wishes' | 'found' | 'certificates'>;

export interface PartCall {
  readonly wishes?: PartWishes;
  /** What `account-parts.ts` found on the machine. */
  readonly found?: FoundByParts;
}

export async function partDependencies(context: PartContext, call: PartCall = {}): Promise<PartDependencies> {
  const { db, caller, sealer, system, version, now, inform, warn } = context;
  const { wishes = {}, found = {} } = call;
  return {
    ...{ db, caller, sealer, system, version, now, inform, warn, wishes, found },
    roles: await rolesOf(context),
    certificates: new Map(),
  };
}
