// Brings a PostgreSQL database up to the program's schema, with the same numbered steps as for SQLite.
import type pg from 'pg';
import { ApiError } from '../../core/errors.ts';
import { schemaVersion } from '../schema-version.generated.ts';
import { migrations, setup } from './migrations.generated.ts';

/** Returns undefined if there is no store yet. */
export async function versionOf(client: pg.ClientBase): Promise<number | undefined> {
  const { rows } = await client.query<{ there: unknown }>(`SELECT to_regclass('whmapi1_store') AS there`);
  if (rows[0]?.there == null) return undefined;
  return (await client.query<{ schema_version: number }>('SELECT schema_version FROM whmapi1_store')).rows[0]
    ?.schema_version;
}

/** @throws ApiError `store_unavailable` if a newer program wrote the store. */
export function assertNotNewer(version: number | undefined, name: string): void {
  if (version === undefined || version <= schemaVersion) return;
  throw new ApiError(
    'store_unavailable',
    `The store “${name}” was written by a newer whmapi1 (its schema is ${version}, this program knows ${schemaVersion}). ` +
      'Update this program, or restore a dump of the database from before the upgrade (this program makes none). Nothing was changed.',
  );
}

/** The longest time limit that the driver accepts: 24 days. */
const NO_HURRY_MS = 2 ** 31 - 1;

/** Servers that migrate at the same time take turns. Each step runs once, without a time limit. */
export async function migrate(client: pg.ClientBase, name: string): Promise<void> {
  await retrying(() => client.query(setup));
  for (const { version, sql } of migrations) {
    await client.query('BEGIN');
    try {
      await client.query('SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0');
      const { rows } = await client.query<{ schema_version: number }>(
        patient('SELECT schema_version FROM whmapi1_store WHERE id = 1 FOR UPDATE'),
      );
      const done = rows[0]?.schema_version ?? 0;
      assertNotNewer(done, name);
      if (done < version) {
        await client.query(patient(sql));
        await client.query('UPDATE whmapi1_store SET schema_version = $1', [version]);
      }
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }
}

/** The driver has its own time limit. */
function patient(text: string): pg.QueryConfig & { readonly query_timeout: number } {
  return { text, query_timeout: NO_HURRY_MS };
}

/** If several processes create a table at once, PostgreSQL lets one succeed and reports a clash to the others. */
async function retrying(work: () => Promise<unknown>): Promise<void> {
  const clashes = new Set(['23505', '42P07', '42710', 'XX000', '40001', '40P01']);
  for (let tries = 1; ; tries++) {
    try {
      await work();
      return;
    } catch (error) {
      if (tries === 10 || !clashes.has((error as { code?: string }).code ?? '')) throw error;
      await new Promise((resume) => setTimeout(resume, 50 * tries));
    }
  }
}
