// Protection of logins against guessing: whether a login may be tried now, and what failed ones bring about. All of it
// stands in the store, so that every process on it decides alike.
import type { Host } from '../core/context.ts';
import * as addresses from './brute-force-addresses.ts';
import type { Range } from './brute-force-addresses.ts';
import { digestOf, type AttemptContext } from './brute-force-attempts.ts';
import { fillIn, readCommand, type Circumstances } from './brute-force-commands.ts';
import * as configuration from './brute-force-config.ts';
import type { Config } from './brute-force-config.ts';
import * as history from './brute-force-history.ts';
import type { BlockKind } from './brute-force-history.ts';
import * as lists from './brute-force-lists.ts';

export interface BruteForceContext extends AttemptContext {
  readonly host: Pick<Host, 'system'>;
  /** Milliseconds since 1970-01-01. */
  readonly now: () => number;
}

export interface Login {
  readonly user: string;
  readonly address: string;
}

export interface Failure extends Login {
  /**
   * The wrong password, by which the same attempt is known again and counts once in six hours. Left out where something
   * else was wrong, such as a code: that counts every time.
   */
  readonly password?: string | undefined;
  /** What was to be used (`system`, `mail`), and the program that asked for the login (`whostmgrd`). */
  readonly service?: string | undefined;
  readonly authentication?: string | undefined;
}

/** Why a login may not be tried. Whoever tries is not told: a refused login looks like a wrong one. */
export type Refusal =
  | { readonly kind: 'blacklist'; readonly until: null }
  | { readonly kind: BlockKind | 'user'; readonly until: number };

/** What is to be done on the machine about a new block, once it is stored: see `react`. */
export interface Reaction {
  readonly address: string;
  readonly until: number;
  readonly blocksWithFirewall: boolean;
  /** Empty where no command is to be run. */
  readonly command: readonly string[];
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** WHM documents both a day and two weeks for what mark_as_brute does. */
const EXCESSIVE_MS = DAY_MS;
const SAME_ATTEMPT_MS = 6 * 60 * MINUTE_MS;
const COMMAND_LIMIT_MS = 15_000;
const MOST_USER_LENGTH = 255;

/**
 * May this login be tried now? Undefined: it may. Ask before the password is looked at, and again in the transaction
 * that lets somebody in: many may have been tried at the same time. @throws TypeError for what is no IP address.
 */
export async function check(context: BruteForceContext, login: Login): Promise<Refusal | undefined> {
  const { db, host } = context;
  const now = context.now();
  const config = await configuration.read(db);
  if (!config.is_enabled) return undefined;
  const address = addresses.keyOf(login.address);
  if (await lists.includes(db, 'white', address)) return undefined;
  if (await lists.includes(db, 'black', address)) return { kind: 'blacklist', until: null };
  const block = await history.findAddressBlock(db, addresses.sourceOf(address), now);
  if (block !== undefined) return { kind: block.kind, until: block.endsAt };
  const isLocal = addresses.isLocal(address, host.system);
  const until = await history.findUserBlock(db, { username: stored(login.user), isLocal }, now);
  return until === undefined ? undefined : { kind: 'user', until };
}

/**
 * Counts a failed login, and blocks where a limit is reached.
 * @returns what to do about new blocks, for `react` when the transaction is over.
 * @throws TypeError for what is no IP address.
 */
export async function recordFailure(context: BruteForceContext, failure: Failure): Promise<Reaction[]> {
  const { db, host } = context;
  const now = context.now();
  const config = await configuration.read(db);
  if (!config.is_enabled) return [];
  const address = addresses.keyOf(failure.address);
  if (await lists.includes(db, 'white', address)) return [];
  await history.pruneFailures(db, now - memoryOf(config), now);
  await history.pruneBlocks(db, now);

  const { password, user } = failure;
  const attempt = password === undefined ? null : await digestOf(context, { address, user, password });
  if (attempt !== null && (await history.wasCounted(db, attempt, now - SAME_ATTEMPT_MS))) return [];
  const counted: Counted = {
    address,
    username: stored(user),
    service: failure.service ?? 'system',
    authentication: failure.authentication ?? 'whostmgrd',
    failedAt: now,
    isLocal: addresses.isLocal(address, host.system),
  };
  await history.addFailure(db, { ...counted, attempt });
  await blockUser(context, config, counted);
  return blockAddress(context, config, counted);
}

/** The user’s failures from there count no more. Those of other users do: an attacker may have an account as well. */
export async function recordSuccess({ db }: Pick<BruteForceContext, 'db'>, login: Login): Promise<void> {
  const source = addresses.sourceOf(addresses.keyOf(login.address));
  await history.forgive(db, stored(login.user), source);
}

/**
 * Has the firewall block and runs commands, as `recordFailure` said. It throws nothing: the login is refused either way.
 * @returns what could not be done, in sentences for a log.
 */
export async function react(host: Host, reactions: readonly Reaction[]): Promise<string[]> {
  const problems: string[] = [];
  for (const { address, until, blocksWithFirewall, command } of reactions) {
    try {
      if (blocksWithFirewall) await (await host.firewall()).block(address, until);
    } catch (error) {
      problems.push(`The firewall does not block ${address}: ${messageOf(error)}`);
    }
    try {
      if (command.length > 0) await (await host.commands()).start(command, COMMAND_LIMIT_MS);
    } catch (error) {
      problems.push(`The command on the block of ${address} was not run: ${messageOf(error)}`);
    }
  }
  return problems;
}

type Counted = Omit<history.NewFailure, 'attempt'>;

async function blockUser(context: BruteForceContext, config: Config, failure: Counted): Promise<void> {
  const { db } = context;
  const { username, isLocal, failedAt: now } = failure;
  const onlyLocal = config.username_based_protection_local_origin;
  if (!config.username_based_protection || (onlyLocal && !isLocal)) return;
  if (username === 'root' && !config.username_based_protection_for_root) return;
  const after = now - config.brute_force_period_mins * MINUTE_MS;
  if ((await history.countOfUser(db, username, onlyLocal, after)) < config.max_failures) return;
  // A minute for each attempt that the setting allows.
  const endsAt = now + config.max_failures * MINUTE_MS;
  await history.addUserBlock(db, { ...failure, onlyLocal, beganAt: now, endsAt });
}

async function blockAddress(
  context: BruteForceContext,
  config: Config,
  failure: Counted,
): Promise<Reaction[]> {
  if (!config.ip_based_protection) return [];
  const { db } = context;
  const now = failure.failedAt;
  const source = addresses.sourceOf(failure.address);
  for (const limit of limitsOf(config)) {
    const count = await history.countOfSource(db, source, now - limit.periodMs);
    if (count < limit.failures) continue;
    const endsAt = now + limit.lengthMs;
    const current = await history.findAddressBlock(db, source, now);
    // A failure that was under way when another one brought the block about.
    if (current !== undefined && (current.kind === limit.kind || current.endsAt >= endsAt)) return [];
    const notes = `${count} failed logins within ${limit.periodMs / MINUTE_MS} minutes.`;
    await history.addAddressBlock(db, limit.kind, { ...source, notes, beganAt: now, endsAt });
    return [await reactionOf(context, failure, { ...limit, source, count, endsAt, notes })];
  }
  return [];
}

interface Limit {
  readonly kind: BlockKind;
  readonly failures: number;
  readonly periodMs: number;
  readonly lengthMs: number;
  readonly usesFirewall: boolean;
  readonly command: string;
}

/** The severer one first. */
function limitsOf(config: Config): readonly Limit[] {
  const period = config.ip_brute_force_period_mins * MINUTE_MS;
  return [
    {
      kind: 'excessive',
      failures: config.mark_as_brute,
      periodMs: config.lookback_period_min * MINUTE_MS,
      lengthMs: EXCESSIVE_MS,
      usesFirewall: config.block_excessive_brute_force_with_firewall,
      command: config.command_to_run_on_excessive_brute_force,
    },
    {
      kind: 'brute',
      failures: config.max_failures_byip,
      periodMs: period,
      lengthMs: period,
      usesFirewall: config.block_brute_force_with_firewall,
      command: config.command_to_run_on_brute_force,
    },
  ];
}

async function reactionOf(
  { db }: BruteForceContext,
  failure: Counted,
  block: Limit & { source: Range; count: number; endsAt: number; notes: string },
): Promise<Reaction> {
  const { address, isLocal } = failure;
  const circumstances: Circumstances = {
    exptime: inSeconds(block.endsAt),
    max_allowed_failures: block.failures,
    current_failures: block.count,
    excessive_failures: block.kind === 'excessive' ? 1 : 0,
    reason: block.notes,
    remote_ip: addresses.textOf(address),
    authservice: failure.authentication,
    user: failure.username,
    logintime: inSeconds(failure.failedAt),
    ip_version: addresses.versionOf(address),
  };
  // The firewall knows nothing of the white list, nor that a machine must reach itself.
  const mayUseFirewall = !isLocal && !(await lists.overlaps(db, 'white', block.source));
  return {
    address: addresses.textOfSource(block.source),
    until: block.endsAt,
    blocksWithFirewall: block.usesFirewall && mayUseFirewall,
    command: fillIn(readCommand('The command', block.command), circumstances),
  };
}

/** How long failures are kept: the same attempt must be known again as long. */
function memoryOf(config: Config): number {
  const minutes = [
    config.lookback_period_min,
    config.ip_brute_force_period_mins,
    config.brute_force_period_mins,
  ];
  return Math.max(SAME_ATTEMPT_MS, ...minutes.map((number) => number * MINUTE_MS));
}

/** As much of a name as can be one; what was sent may be of any length. */
function stored(user: string): string {
  return user.slice(0, MOST_USER_LENGTH).toWellFormed();
}

function inSeconds(time: number): number {
  return Math.floor(time / 1000);
}

function messageOf(error: unknown): string {
  return (error as Partial<Error> | null)?.message ?? String(error);
}
