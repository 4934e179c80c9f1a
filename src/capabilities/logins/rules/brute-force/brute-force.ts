// Brute-force protection: whether a login is allowed now, and the effects of failed logins. All of its state is in the
// store, so that every process that uses the store decides the same way.
import type { Machine } from '../../../../core/machine.ts';
import * as addresses from './addresses.ts';
import { digestOf, type AttemptContext } from './attempts.ts';
import {
  blockAddress,
  blockUser,
  limitsOf,
  MINUTE_MS,
  protectsUser,
  type Counted,
  type Reaction,
} from './blocks.ts';
import * as configuration from './config.ts';
import type { Config } from './config.ts';
import { listOfCountry } from './countries.ts';
import * as history from './history.ts';
import type { BlockKind } from './history.ts';
import * as lists from './lists.ts';

export type { Reaction };

export interface BruteForceContext extends AttemptContext {
  readonly machine: Pick<Machine, 'system'>;
  /** In milliseconds since 1970-01-01. */
  readonly now: () => number;
}

export interface Login {
  readonly user: string;
  readonly address: string;
  /**
   * True for a login without a client, such as sudo. Only its user can be blocked. A block of its address would stop
   * everyone else who is logged in to the server.
   */
  readonly isWithoutClient?: boolean | undefined;
  /**
   * True for a password that a process of the user itself passes (the command `uapi`). Such failures always limit further
   * ones, but never other logins of the user.
   */
  readonly isByItsUser?: boolean | undefined;
}

/** The program of such failures. */
export const BY_ITS_USER = 'uapi';
const MAX_BY_ITS_USER = 5;
const BY_ITS_USER_MS = 15 * MINUTE_MS;

export interface Failure extends Login {
  /**
   * The wrong password. It identifies repeated attempts, which count once in six hours. Absent if something else was
   * wrong, such as a code: such a failure always counts.
   */
  readonly password?: string | undefined;
  /** The service to log in to (`system`, `mail`), and the program that requested the login (`whostmgrd`). */
  readonly service?: string | undefined;
  readonly authentication?: string | undefined;
}

/** Why a login is not allowed. The client does not learn this: a refused login looks like one with a wrong password. */
export type Refusal =
  | { readonly kind: 'blacklist' | 'country'; readonly until: null }
  | { readonly kind: BlockKind | 'user'; readonly until: number };

/** A reserved failure older than this belongs to a process that has ended. */
const LONGEST_CHECK_MS = MINUTE_MS;
const SAME_ATTEMPT_MS = 6 * 60 * MINUTE_MS;
const COMMAND_LIMIT_MS = 15_000;
const MAX_USER_LENGTH = 255;

/**
 * True if this login is allowed now. Undefined: it is. Must be called before the password is checked, and again in the
 * transaction that accepts the login, because many logins may be attempted at the same time.
 * @throws TypeError for an invalid IP address.
 */
export async function check(context: BruteForceContext, login: Login): Promise<Refusal | undefined> {
  const { db, machine } = context;
  const now = context.now();
  const config = await configuration.read(db);
  if (!config.is_enabled) return undefined;
  const address = addresses.keyOf(login.address);
  if (login.isWithoutClient !== true) {
    if (await lists.includes(db, 'white', address)) return undefined;
    if (await lists.includes(db, 'black', address)) return { kind: 'blacklist', until: null };
    const country = await listOfCountry(context, config, address);
    if (country === 'white') return undefined;
    if (country === 'black') return { kind: 'country', until: null };
    const block = await history.findAddressBlock(db, addresses.sourceOf(address), now);
    if (block !== undefined) return { kind: block.kind, until: block.endsAt };
  }
  if (login.isByItsUser === true) {
    const count = await history.countByProgram(db, stored(login.user), BY_ITS_USER, now - BY_ITS_USER_MS);
    if (count >= MAX_BY_ITS_USER) return { kind: 'user', until: now + BY_ITS_USER_MS };
  }
  const isLocal = addresses.isLocal(address, machine.system);
  const until = await history.findUserBlock(db, { username: stored(login.user), isLocal }, now);
  return until === undefined ? undefined : { kind: 'user', until };
}

/** An attempt that is already counted as a failure. `id` is undefined if the attempt does not count. */
export interface Reserved {
  readonly id: number | undefined;
}

/**
 * Counts an attempt as a failure before the password is checked. Afterwards, `recordFailure` confirms the failure, or
 * `release` removes it. If the process ends in between, it remains a failure.
 * @returns undefined if the login is not allowed; `busy` if attempts in progress use up the rest of a limit, and the
 * caller must ask again later.
 * @throws TypeError for an invalid IP address.
 */
export async function reserve(
  context: BruteForceContext,
  failure: Failure,
): Promise<Reserved | 'busy' | undefined> {
  const { db, machine } = context;
  if ((await check(context, failure)) !== undefined) return undefined;
  const now = context.now();
  const config = await configuration.read(db);
  const address = addresses.keyOf(failure.address);
  if (!config.is_enabled || (await isAllowed(context, config, failure, address))) return { id: undefined };
  await history.confirmOldFailures(db, now - LONGEST_CHECK_MS);
  const { password, user } = failure;
  const attempt = password === undefined ? null : await digestOf(context, { address, user, password });
  // A repeated attempt counts once, because it gives an attacker no new information.
  if (attempt !== null && (await history.wasCounted(db, attempt, now - SAME_ATTEMPT_MS)))
    return { id: undefined };
  const counted = countedOf(failure, { address, now, isLocal: addresses.isLocal(address, machine.system) });
  if (await isUsedUp(db, config, counted, failure)) return 'busy';
  return { id: await history.addFailure(db, { ...counted, attempt }, true) };
}

/** Removes a reserved failure. */
export async function release(db: AttemptContext['db'], { id }: Reserved): Promise<void> {
  if (id !== undefined) await history.removeFailure(db, id);
}

/** True if the client, or its country, is on the allow list. Its failures are not counted. */
async function isAllowed(
  context: BruteForceContext,
  config: Config,
  { isWithoutClient }: Login,
  key: string,
): Promise<boolean> {
  if (isWithoutClient === true) return false;
  if (await lists.includes(context.db, 'white', key)) return true;
  return (await listOfCountry(context, config, key)) === 'white';
}

/** True if the attempts in progress would reach a limit if all of them failed. */
async function isUsedUp(
  db: AttemptContext['db'],
  config: Config,
  failure: Counted,
  { isWithoutClient = false, isByItsUser = false }: Login,
): Promise<boolean> {
  const { failedAt: now, username } = failure;
  if (isByItsUser) {
    const count = (pending: 0 | 1) =>
      history.countByProgram(db, username, BY_ITS_USER, now - BY_ITS_USER_MS, pending);
    const pending = await count(1);
    if (pending > 0 && pending + (await count(0)) >= MAX_BY_ITS_USER) return true;
  }
  if (config.ip_based_protection && !isWithoutClient) {
    const source = addresses.sourceOf(failure.address);
    for (const { failures, periodMs } of limitsOf(config)) {
      const pending = await history.countOfSource(db, source, now - periodMs, 1);
      if (pending > 0 && pending + (await history.countOfSource(db, source, now - periodMs)) >= failures)
        return true;
    }
  }
  if (!protectsUser(config, failure)) return false;
  const after = now - config.brute_force_period_mins * MINUTE_MS;
  const onlyLocal = config.username_based_protection_local_origin;
  const pending = await history.countOfUser(db, username, onlyLocal, after, 1);
  return (
    pending > 0 &&
    pending + (await history.countOfUser(db, username, onlyLocal, after)) >= config.max_failures
  );
}

/**
 * Counts a failed login, and creates a block if a limit is reached.
 * @param reserved the result of `reserve`, if it was called.
 * @returns the actions on the machine for new blocks. Pass them to `react` after the transaction.
 * @throws TypeError for an invalid IP address.
 */
export async function recordFailure(
  context: BruteForceContext,
  failure: Failure,
  reserved?: Reserved,
): Promise<Reaction[]> {
  const { db, machine } = context;
  const now = context.now();
  const config = await configuration.read(db);
  const address = addresses.keyOf(failure.address);
  if (!config.is_enabled || (await isAllowed(context, config, failure, address))) {
    if (reserved !== undefined) await release(db, reserved);
    return [];
  }
  await history.pruneFailures(db, now - memoryOf(config), now);
  await history.pruneBlocks(db, now);

  const { password, user } = failure;
  const attempt = password === undefined ? null : await digestOf(context, { address, user, password });
  const counted = countedOf(failure, { address, now, isLocal: addresses.isLocal(address, machine.system) });
  if (reserved?.id !== undefined) {
    await history.confirmFailure(db, reserved.id, { attempt, failedAt: now });
  } else {
    if (attempt !== null && (await history.wasCounted(db, attempt, now - SAME_ATTEMPT_MS))) return [];
    await history.addFailure(db, { ...counted, attempt });
  }
  await blockUser(context, config, counted);
  return failure.isWithoutClient === true ? [] : blockAddress(context, config, counted);
}

function countedOf(
  { user, service, authentication }: Failure,
  { address, now, isLocal }: { readonly address: string; readonly now: number; readonly isLocal: boolean },
): Counted {
  return {
    address,
    username: stored(user),
    service: service ?? 'system',
    authentication: authentication ?? 'whostmgrd',
    failedAt: now,
    isLocal,
  };
}

/**
 * Stops counting the user’s failures from this source. Failures of other users still count, because an attacker may
 * have an account too.
 */
export async function recordSuccess({ db }: Pick<BruteForceContext, 'db'>, login: Login): Promise<void> {
  const source = addresses.sourceOf(addresses.keyOf(login.address));
  await history.forgive(db, stored(login.user), source);
}

/** True if `recordSuccess` would change something. */
export function hasFailures({ db }: Pick<BruteForceContext, 'db'>, login: Login): Promise<boolean> {
  const source = addresses.sourceOf(addresses.keyOf(login.address));
  return history.hasCounted(db, stored(login.user), source);
}

/**
 * Blocks with the firewall and runs commands, as `recordFailure` returned. Throws nothing, because the login is refused
 * in any case.
 * @returns sentences about what failed, for a log.
 */
export async function react(machine: Machine, reactions: readonly Reaction[]): Promise<string[]> {
  const problems: string[] = [];
  for (const { address, until, blocksWithFirewall, command } of reactions) {
    try {
      if (blocksWithFirewall) await (await machine.firewall()).block(address, until);
    } catch (error) {
      problems.push(`The firewall does not block ${address}: ${messageOf(error)}`);
    }
    try {
      if (command.length > 0) await (await machine.commands()).start(command, COMMAND_LIMIT_MS);
    } catch (error) {
      problems.push(`The command on the block of ${address} was not run: ${messageOf(error)}`);
    }
  }
  return problems;
}

/** Returns how long failures are kept. Repeated attempts must be recognised for that long. */
function memoryOf(config: Config): number {
  const minutes = [
    config.lookback_period_min,
    config.ip_brute_force_period_mins,
    config.brute_force_period_mins,
  ];
  return Math.max(SAME_ATTEMPT_MS, ...minutes.map((number) => number * MINUTE_MS));
}

/** Truncates a name before it is stored, because clients can send names of any length. */
function stored(user: string): string {
  return user.slice(0, MAX_USER_LENGTH).toWellFormed();
}

function messageOf(error: unknown): string {
  return (error as Partial<Error> | null)?.message ?? String(error);
}
