// What is stored when an account changes: all capabilities are asked, in their order.
import { capabilities } from '../capabilities/capabilities.ts';
import type { Outcome, StoredPart, UserRows } from '../capabilities/define.ts';
import type { Db } from '../core/context.ts';

/** What a backup has of the machine, for `--rebuild`. */
const copies: UserRows = { table: 'machine_copy' };

/** All tables with rows of users. */
export const userRows: readonly UserRows[] = [...capabilities.flatMap(({ rows = [] }) => rows), copies];

type Method = Exclude<keyof StoredPart, 'renamed' | 'forgotten'>;

/** Has each capability store its part. */
export async function storeParts<M extends Method>(
  method: M,
  ...args: Parameters<NonNullable<StoredPart[M]>>
): Promise<void> {
  for (const { stored } of capabilities) {
    const store = stored?.[method] as ((...given: typeof args) => Promise<void>) | undefined;
    await store?.(...args);
  }
}

/** Deletes everything about a user. Root becomes the owner of what the user owned. */
export async function forget(db: Db, username: string): Promise<void> {
  for (const { table, column = 'username' } of userRows)
    await db.run(`DELETE FROM ${table} WHERE ${column} = ?`, username);
  for (const { stored } of capabilities) await stored?.forgotten?.(db, username);
}

/** @throws ApiError `key_lost` if the user has secrets that cannot be decrypted. */
export async function rename(
  db: Db,
  names: { readonly from: string; readonly to: string },
  outcome: Outcome,
): Promise<void> {
  const { from, to } = names;
  // Their names are those of the account. The machine has what they contain, because it has the user.
  await db.run(`DELETE FROM machine_copy WHERE username = ? AND kind <> 'zone'`, from);
  for (const { table, column = 'username', whenRenamed } of userRows) {
    if (whenRenamed === 'sealed') continue;
    // Also the rows of an earlier user with the new name.
    for (const name of whenRenamed === 'deleted' ? [from, to] : [to])
      await db.run(`DELETE FROM ${table} WHERE ${column} = ?`, name);
    await db.run(`UPDATE ${table} SET ${column} = ? WHERE ${column} = ?`, to, from);
  }
  for (const { stored } of capabilities) await stored?.renamed?.(db, names, outcome);
}
