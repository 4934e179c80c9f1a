// What belongs to an owner: accounts and packages.
import type { Db } from '../../../core/context.ts';

/** The tables in which a user is the owner of a row. */
const possessions = ['account', 'package'] as const;

/** Makes root the owner of what a user owns. */
export async function disown(db: Db, user: string): Promise<void> {
  for (const table of possessions) {
    await db.run(`UPDATE ${table} SET owner = 'root' WHERE owner = ?`, user);
  }
}

export async function renameOwner(db: Db, from: string, to: string): Promise<void> {
  for (const table of possessions) await db.run(`UPDATE ${table} SET owner = ? WHERE owner = ?`, to, from);
}
