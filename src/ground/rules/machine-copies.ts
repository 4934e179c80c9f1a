// What only the machine knew of this server when the store was backed up. `--backup` puts it into the backup, and
// `--rebuild` uses it.
import type { Db, Sealer } from '../../core/context.ts';
import { ApiError } from '../../core/errors.ts';

/** What each kind of copy contains. JSON. Each capability adds its own (`declare module`). */
// oxlint-disable-next-line typescript/no-empty-object-type
export interface Contents {}

export type Kind = keyof Contents;

export type Copy = {
  [K in Kind]: {
    readonly kind: K;
    /** The name of the zone. The account for other kinds. */
    readonly name: string;
    /** The account. Empty for a zone of root. */
    readonly username: string;
    readonly content: Contents[K];
  };
}[Kind];

/** As a backup stores it. */
export interface SealedCopy {
  readonly kind: Kind;
  readonly name: string;
  readonly username: string;
  readonly sealed: Uint8Array;
}

const purposeOf = (kind: Kind, name: string) => JSON.stringify(['machine_copy', kind, name]);

/** @param earlier any encrypted value of the store. @throws ApiError `key_lost`. */
export async function seal(
  sealer: Sealer,
  { kind, name, username, content }: Copy,
  earlier: Uint8Array | undefined,
): Promise<SealedCopy> {
  const sealed = await sealer.seal(JSON.stringify(content), purposeOf(kind, name), earlier);
  return { kind, name, username, sealed };
}

/** Undefined if the backup had none. @throws ApiError `key_lost`. */
export async function read<K extends Kind>(
  { db, sealer }: { readonly db: Db; readonly sealer: Sealer },
  kind: K,
  name: string,
): Promise<Contents[K] | undefined> {
  const row = await db.get<{ sealed: Uint8Array }>(
    `SELECT sealed FROM machine_copy WHERE server = ? AND kind = ? AND name = ?`,
    ...[db.server, kind, name],
  );
  if (row === undefined) return undefined;
  return JSON.parse(await sealer.open(row.sealed, purposeOf(kind, name))) as Contents[K];
}

/** The names of the copies of a kind, of all accounts and of root. */
export function list(db: Db, kind: Kind): Promise<{ readonly name: string; readonly username: string }[]> {
  return db.all(
    `SELECT name, username FROM machine_copy WHERE server = ? AND kind = ? ORDER BY name`,
    ...[db.server, kind],
  );
}

export async function forget(db: Db, kind: Kind, name: string): Promise<void> {
  await db.run(
    'DELETE FROM machine_copy WHERE server = ? AND kind = ? AND name = ?',
    ...[db.server, kind, name],
  );
}

/** Removes the copies that cannot be decrypted. @returns their number. */
export async function forgetLost({
  db,
  sealer,
}: {
  readonly db: Db;
  readonly sealer: Sealer;
}): Promise<number> {
  const rows = await db.all<SealedCopy>(
    'SELECT kind, name, username, sealed FROM machine_copy WHERE server = ?',
    db.server,
  );
  let count = 0;
  for (const { kind, name, sealed } of rows) {
    const isLost = await sealer.open(sealed, purposeOf(kind, name)).then(
      () => false,
      (error: unknown) => {
        if (error instanceof ApiError && error.code === 'key_lost') return true;
        throw error;
      },
    );
    if (!isLost) continue;
    await forget(db, kind, name);
    count += 1;
  }
  return count;
}
