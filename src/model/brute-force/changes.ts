// What an administrator changes of who is kept out, in one go: also where the firewall has to let somebody in again.
import type { Db } from '../../core/context.ts';
import type { Range } from './addresses.ts';
import * as history from './history.ts';
import * as lists from './lists.ts';

/** JSON, since the operation that carries it out keeps it in the journal. */
export type AdministratorsChange =
  | { readonly kind: 'allow'; readonly ranges: readonly Range[]; readonly comment: string }
  | { readonly kind: 'forget'; readonly ranges: readonly Range[] }
  | { readonly kind: 'forget everything' };

/** @returns how many blocks of addresses it ended, or how much was forgotten in all. */
export async function apply(db: Db, change: AdministratorsChange, now: number): Promise<number> {
  await history.pruneBlocks(db, now);
  if (change.kind === 'forget everything') return history.clear(db);
  if (change.kind === 'forget') return history.clearRanges(db, change.ranges);
  await lists.add(db, 'white', change.ranges, change.comment);
  return history.removeAddressBlocks(db, change.ranges);
}
