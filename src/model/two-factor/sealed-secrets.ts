// What the store holds sealed, in whichever table: one key seals all of it.
import type { Db } from '../../core/context.ts';
import * as storedSettings from '../packages/stored-settings.ts';

/** The setting with the sealed key of `brute-force/attempts.ts`, in Base64. */
export const BRUTE_FORCE_KEY = 'brute_force_key';

/** One of the sealed secrets, by which the key is known that seals the next; undefined where there is none. */
export async function findSealed(db: Db): Promise<Uint8Array | undefined> {
  const row = await db.get<{ sealed: Uint8Array }>(
    `SELECT sealed FROM (SELECT sealed FROM tfa_secret LIMIT 1) AS of_tfa
     UNION ALL SELECT sealed FROM (SELECT sealed FROM access_hash LIMIT 1) AS of_hash
     UNION ALL SELECT sealed FROM (SELECT sealed FROM dns_server LIMIT 1) AS of_dns
     UNION ALL SELECT sealed FROM (SELECT sealed FROM dns_secondary LIMIT 1) AS of_secondary LIMIT 1`,
  );
  if (row !== undefined) return row.sealed;
  // A server with a store of its own makes it anew where the key is lost: nobody would miss it. Of several servers, the
  // one that lacks the key must not make a second.
  if (db.server === '') return undefined;
  const stored = await storedSettings.read(db, BRUTE_FORCE_KEY);
  return stored === undefined ? undefined : Buffer.from(stored, 'base64');
}
