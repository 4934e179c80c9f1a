// Changes that an administrator makes to blocks and the allow list, and that may also lift blocks of the firewall.
import type { Db } from '../../../../core/context.ts';
import type { Range } from './addresses.ts';
import * as history from './history.ts';
import * as lists from './lists.ts';

/** JSON, because the journal stores it for the operation that makes the change. */
export type AdministratorsChange =
  | { readonly kind: 'allow'; readonly ranges: readonly Range[]; readonly comment: string }
  | { readonly kind: 'forget'; readonly ranges: readonly Range[] }
  | { readonly kind: 'forget everything' };

/** @returns the number of ended address blocks or, if everything is forgotten, of deleted rows. */
export async function apply(db: Db, change: AdministratorsChange, now: number): Promise<number> {
  await history.pruneBlocks(db, now);
  if (change.kind === 'forget everything') return history.clear(db);
  if (change.kind === 'forget') return history.clearRanges(db, change.ranges);
  await lists.add(db, 'white', change.ranges, change.comment);
  return history.removeAddressBlocks(db, change.ranges);
}
