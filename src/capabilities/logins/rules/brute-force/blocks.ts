// Blocks users and addresses after too many failed logins.
import { quote } from '../../../../core/quote.ts';
import { BRUTE_FORCE_PROTECTION } from '../../../notify/rules/applications.ts';
import { notify } from '../../../notify/rules/notify.ts';
import * as addresses from './addresses.ts';
import type { Range } from './addresses.ts';
import { fillIn, readCommand, type Circumstances } from './commands.ts';
import type { Config } from './config.ts';
import * as history from './history.ts';
import type { BlockKind } from './history.ts';
import * as lists from './lists.ts';
import type { BruteForceContext } from './brute-force.ts';

/** The action on the machine for a new block, after it is stored (see `react`). */
export interface Reaction {
  readonly address: string;
  readonly until: number;
  readonly blocksWithFirewall: boolean;
  /** Empty if no command is configured. */
  readonly command: readonly string[];
}

export const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** WHM documents both one day and two weeks for mark_as_brute. */
const EXCESSIVE_MS = DAY_MS;

/** A failure to be counted. */
export type Counted = Omit<history.NewFailure, 'attempt'>;

/** Blocks the user if its failures reach the limit. */
export async function blockUser(context: BruteForceContext, config: Config, failure: Counted): Promise<void> {
  const { db } = context;
  const { username, failedAt: now } = failure;
  const onlyLocal = config.username_based_protection_local_origin;
  if (!protectsUser(config, failure)) return;
  const after = now - config.brute_force_period_mins * MINUTE_MS;
  if ((await history.countOfUser(db, username, onlyLocal, after)) < config.max_failures) return;
  // One minute for each attempt that the setting allows.
  const endsAt = now + config.max_failures * MINUTE_MS;
  await history.addUserBlock(db, { ...failure, onlyLocal, beganAt: now, endsAt });
}

export function protectsUser(config: Config, { username, isLocal }: Counted): boolean {
  const { username_based_protection_local_origin: onlyLocal } = config;
  if (!config.username_based_protection || (onlyLocal && !isLocal)) return false;
  return username !== 'root' || config.username_based_protection_for_root;
}

/** Blocks the address if its failures reach a limit. @returns the actions on the machine. */
export async function blockAddress(
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
    // This failure was in progress while another one caused the block.
    if (current !== undefined && (current.kind === limit.kind || current.endsAt >= endsAt)) return [];
    const notes = `${count} failed logins within ${limit.periodMs / MINUTE_MS} minutes.`;
    await history.addAddressBlock(db, limit.kind, { ...source, notes, beganAt: now, endsAt });
    if (config.notify_on_brute) await tellOf(db, failure, { source, notes, endsAt });
    return [await reactionOf(context, failure, { ...limit, source, count, endsAt, notes })];
  }
  return [];
}

async function tellOf(
  db: BruteForceContext['db'],
  { username, authentication, failedAt }: Counted,
  { source, notes, endsAt }: { readonly source: Range; readonly notes: string; readonly endsAt: number },
): Promise<void> {
  const address = addresses.textOfSource(source);
  const body =
    `${address} is blocked until ${new Date(endsAt).toISOString()}: ${notes}\n` +
    `The last of them was for the user ${quote(username)} (${authentication}).\n` +
    'flush_cphulk_login_history_for_ips lifts the block.';
  const news = { app: BRUTE_FORCE_PROTECTION, event: 'BruteForce', subject: `${address} is blocked`, body };
  await notify(db, news, { now: failedAt, xid: '' });
}

interface Limit {
  readonly kind: BlockKind;
  readonly failures: number;
  readonly periodMs: number;
  readonly lengthMs: number;
  readonly usesFirewall: boolean;
  readonly command: string;
}

/** Returns the limits, the more severe one first. */
export function limitsOf(config: Config): readonly Limit[] {
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
  // The firewall does not know the allow list, and would also block the machine's access to itself.
  const mayUseFirewall = !isLocal && !(await lists.overlaps(db, 'white', block.source));
  return {
    address: addresses.textOfSource(block.source),
    until: block.endsAt,
    blocksWithFirewall: block.usesFirewall && mayUseFirewall,
    command: fillIn(readCommand('The command', block.command), circumstances),
  };
}

function inSeconds(time: number): number {
  return Math.floor(time / 1000);
}
