// What an administrator changes of who is kept out, in one go: also where the firewall has to let somebody in again.
import type { Context, Db } from '../../core/context.ts';
import type { FirewallBlock } from '../../core/machine.ts';
import type { Range } from './addresses.ts';
import * as configuration from './config.ts';
import { blocksOf } from './firewall.ts';
import * as history from './history.ts';
import * as lists from './lists.ts';

/** JSON, since the operation that carries it out keeps it in the journal. */
export type AdministratorsChange =
  | { readonly kind: 'allow'; readonly ranges: readonly Range[]; readonly comment: string }
  | { readonly kind: 'forget'; readonly ranges: readonly Range[] }
  | { readonly kind: 'forget everything' };

/** The input of the operation `lift-firewall-blocks`. */
export interface LiftFirewallBlocks {
  readonly blocks: readonly FirewallBlock[];
  readonly change: AdministratorsChange;
}

/** For a function that operates: the firewall's blocks are lifted by an operation, where there are any. */
export async function carryOut(
  { db, machine, now, operate, warn }: Pick<Context, 'db' | 'machine' | 'now' | 'operate' | 'warn'>,
  change: AdministratorsChange,
): Promise<{ removed: number; lifted: number }> {
  const removed = await apply(db, change, now());
  const blocks = await blocksOf(machine, change.kind === 'forget everything' ? undefined : change.ranges);
  const input: LiftFirewallBlocks = { blocks, change };
  if (blocks.length > 0) operate('lift-firewall-blocks', input);
  if (db.server !== '' && (blocks.length > 0 || (await mayBlock(db)))) warn(warningOfOthers);
  return { removed, lifted: blocks.length };
}

const warningOfOthers =
  'Only this server’s firewall lets addresses in again: another server’s that blocks one drops its packets until the ' +
  'time of the block is over, or until flush_cphulk_login_history_for_ips is called there.';

/** Whether new blocks are handed to firewalls, as earlier ones may have been. */
async function mayBlock(db: Db): Promise<boolean> {
  const config = await configuration.read(db);
  return config.block_brute_force_with_firewall || config.block_excessive_brute_force_with_firewall;
}

/** @returns how many blocks of addresses it ended, or how much was forgotten in all. */
export async function apply(db: Db, change: AdministratorsChange, now: number): Promise<number> {
  await history.pruneBlocks(db, now);
  if (change.kind === 'forget everything') return history.clear(db);
  if (change.kind === 'forget') return history.clearRanges(db, change.ranges);
  await lists.add(db, 'white', change.ranges, change.comment);
  return history.removeAddressBlocks(db, change.ranges);
}
