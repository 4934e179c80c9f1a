// Keys that cannot be decrypted any more, because the key file of the store was lost. Those of installed certificates
// are in the files of the web server as well.
import type { Context, Db } from '../../../core/context.ts';
import { ApiError } from '../../../core/errors.ts';
import { pathOf } from './installed.ts';
import { keyId } from './ids.ts';
import * as stored from './stored.ts';
import { readPrivateKey } from './x509.ts';

export interface InstalledKey {
  readonly username: string;
  readonly keyId: string;
  /** The file of the web server that has it. */
  readonly path: string;
}

/** Lists the keys of the installed certificates of this server. */
export async function listInstalled(db: Db): Promise<InstalledKey[]> {
  const rows = await db.all<{ username: string; keyId: string; servername: string; digest: string }>(
    `SELECT certificate.username, key_id AS "keyId", servername, digest FROM installed_certificate
     JOIN certificate ON certificate.username = installed_certificate.username AND id = certificate_id
     WHERE certificate.username IN (SELECT username FROM account WHERE server = ?) ORDER BY servername`,
    db.server,
  );
  return rows.map(({ servername, digest, ...row }) => ({ ...row, path: pathOf(servername, digest) }));
}

/**
 * Removes the keys of this server's accounts, and of root, that cannot be decrypted. Other servers of a shared store might
 * still have the key file. @returns their number.
 */
export async function forgetLost({ db, sealer }: Context): Promise<number> {
  const rows = await db.all<{ username: string; id: string }>(
    'SELECT username, id FROM certificate_key WHERE username NOT IN (SELECT username FROM account WHERE server <> ?)',
    db.server,
  );
  let count = 0;
  for (const { username, id } of rows) {
    const isLost = await stored.findKey({ db, sealer }, username, id).then(
      () => false,
      (error: unknown) => {
        if (error instanceof ApiError && error.code === 'key_lost') return true;
        throw error;
      },
    );
    if (!isLost) continue;
    await db.run('DELETE FROM certificate_key WHERE username = ? AND id = ?', username, id);
    count += 1;
  }
  return count;
}

/**
 * Stores installed keys that the store does not have.
 * @param found the keys (PEM), by the path of the file.
 * @returns their number.
 * @throws ApiError `key_lost` if the store has other secrets of the lost key file.
 */
export async function restore(
  context: Context,
  wanted: readonly InstalledKey[],
  found: ReadonlyMap<string, string>,
): Promise<number> {
  const { db, now } = context;
  let count = 0;
  for (const { username, keyId: id, path } of wanted) {
    const pem = found.get(path);
    if (pem === undefined || (await stored.findSealedKey(db, username, id)) !== undefined) continue;
    const key = readPrivateKey('key', pem);
    if (keyId(key.facts) !== id) continue;
    const sealed = await stored.sealKey(context, id, key.pem);
    await stored.putKey(db, { username, id, sealed, facts: key.facts }, now());
    count += 1;
  }
  return count;
}
