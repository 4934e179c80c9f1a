// The allow list (`white`), whose addresses are never blocked, and the block list (`black`), whose addresses always
// are.
import type { Db } from '../../../../core/context.ts';
import { textOfRange, type Range } from './addresses.ts';

export type ListName = 'white' | 'black';

export async function includes(db: Db, list: ListName, address: string): Promise<boolean> {
  return overlaps(db, list, { first: address, last: address });
}

/** True if any address of the range is on the list. */
export async function overlaps(db: Db, list: ListName, { first, last }: Range): Promise<boolean> {
  const row = await db.get(
    'SELECT 1 FROM address_list_entry WHERE list = ? AND first <= ? AND last >= ? LIMIT 1',
    list,
    last,
    first,
  );
  return row !== undefined;
}

/** Adds records. An existing record gets the new comment. */
export async function add(db: Db, list: ListName, ranges: readonly Range[], comment: string): Promise<void> {
  for (const { first, last } of ranges) {
    await db.run(
      `INSERT INTO address_list_entry (list, first, last, comment) VALUES (?, ?, ?, ?)
       ON CONFLICT (list, first, last) DO UPDATE SET comment = excluded.comment`,
      list,
      first,
      last,
      comment,
    );
  }
}

/** Returns false if the list has no record of exactly this range. */
export async function remove(db: Db, list: ListName, { first, last }: Range): Promise<boolean> {
  const removed = await db.run(
    'DELETE FROM address_list_entry WHERE list = ? AND first = ? AND last = ?',
    list,
    first,
    last,
  );
  return removed > 0;
}

export function ranges(db: Db, list: ListName): Promise<Range[]> {
  return db.all('SELECT first, last FROM address_list_entry WHERE list = ? ORDER BY first, last', list);
}

/** Returns the comments, by range as text. */
export async function read(db: Db, list: ListName): Promise<Record<string, string>> {
  const rows = await db.all<Range & { comment: string }>(
    'SELECT first, last, comment FROM address_list_entry WHERE list = ? ORDER BY first, last',
    list,
  );
  return Object.fromEntries(rows.map((row) => [textOfRange(row), row.comment]));
}
