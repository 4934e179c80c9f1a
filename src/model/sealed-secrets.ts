// What the store holds sealed, in whichever table: one key seals all of it.
import type { Db } from '../core/context.ts';

/** One of the sealed secrets, by which the key is known that seals the next; undefined where there is none. */
export async function findSealed(db: Db): Promise<Uint8Array | undefined> {
  const row = await db.get<{ sealed: Uint8Array }>(
    `SELECT sealed FROM (SELECT sealed FROM tfa_secret LIMIT 1) AS of_tfa
     UNION ALL SELECT sealed FROM (SELECT sealed FROM access_hash LIMIT 1) AS of_hash LIMIT 1`,
  );
  return row?.sealed;
}
