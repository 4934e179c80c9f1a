// The triplets of Exim’s greylist.
import type { Machine } from '../../../../core/machine.ts';
import type { Triplet } from '../../rules/greylisting/triplet.ts';
import { TRIPLETS, TRIPLETS_FOLDER, TRIPLETS_SCHEMA } from '../exim/greylist-acl.ts';

const USER = 'Debian-exim';
const attributes = { owner: USER, group: USER, mode: 0o600 };

/** Creates what Exim needs before its first message. Can be repeated. */
export async function prepareTriplets(machine: Pick<Machine, 'files' | 'sqliteFiles'>): Promise<void> {
  const files = await machine.files([TRIPLETS_FOLDER]);
  await files.makeDirectory(TRIPLETS_FOLDER, { ...attributes, mode: 0o700 });
  const sqlite = await machine.sqliteFiles([TRIPLETS_FOLDER]);
  await sqlite.change(TRIPLETS, { schema: TRIPLETS_SCHEMA, attributes }, () => undefined);
}

/** Those that have not expired, in the order of their first mail. @param now in milliseconds since 1970-01-01. */
export async function readTriplets(machine: Machine, now: number): Promise<Triplet[]> {
  const sqlite = await machine.sqliteFiles([TRIPLETS_FOLDER]);
  const found = await sqlite.read(TRIPLETS, (file) =>
    file.all<Triplet>(
      `SELECT id, sender, recipient, address, created_at AS createdAt, blocked_until AS blockedUntil,
         retry_until AS retryUntil, expires_at AS expiresAt, deferred, accepted
       FROM triplet WHERE expires_at > ? AND (accepted > 0 OR retry_until > ?) ORDER BY id`,
      ...[Math.floor(now / 1000), Math.floor(now / 1000)],
    ),
  );
  return found ?? [];
}

/** @returns how many expired ones were deleted. */
export async function purgeTriplets(machine: Machine, now: number): Promise<number> {
  const files = await machine.files([TRIPLETS_FOLDER]);
  if ((await files.facts(TRIPLETS)) === undefined) return 0;
  const sqlite = await machine.sqliteFiles([TRIPLETS_FOLDER]);
  const seconds = Math.floor(now / 1000);
  return sqlite.change(TRIPLETS, { schema: TRIPLETS_SCHEMA, attributes }, (file) =>
    file.run(
      'DELETE FROM triplet WHERE expires_at <= ? OR (accepted = 0 AND retry_until <= ?)',
      ...[seconds, seconds],
    ),
  );
}
