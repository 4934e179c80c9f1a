// A shared store that is only looked at, within one read-only transaction.
import { hostname } from 'node:os';
import pg from 'pg';
import { ApiError } from '../../core/errors.ts';
import type { InspectedStore } from '../inspect.ts';
import { schemaVersion } from '../schema-version.generated.ts';
import type { SharedStoreName } from '../shared-store-file.ts';
import { readAddress, readServerName } from './address.ts';
import { Connection, types } from './connection.ts';
import { versionOf } from './migrate.ts';
import { unavailable } from './unavailable.ts';

const CONNECT_LIMIT_MS = 5_000;
const STATEMENT_LIMIT_MS = 600_000;

/** As the database was at one moment. Undefined if there is no store yet. @throws ApiError `store_unavailable`. */
export async function inspectPostgres({ url, server }: SharedStoreName): Promise<InspectedStore | undefined> {
  const address = readAddress(url);
  const name = readServerName(server, hostname);
  const client = new pg.Client({
    connectionString: address.url,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    statement_timeout: STATEMENT_LIMIT_MS,
    idle_in_transaction_session_timeout: STATEMENT_LIMIT_MS,
    application_name: 'whmapi1',
    types,
  });
  // A connection that breaks is noticed by the next statement.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const version = await versionOf(client);
    if (version === undefined) {
      await client.end();
      return undefined;
    }
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return {
      kind: 'postgres',
      name: address.name,
      schemaVersion: version,
      isCurrent: version === schemaVersion,
      db: new Connection(client, name),
      faults: () => [],
      close: () => client.end(),
    };
  } catch (error) {
    await client.end().catch(() => undefined);
    const known = unavailable(error, address.name);
    if (known instanceof ApiError) throw known;
    throw new ApiError(
      'store_unavailable',
      `The store “${address.name}” could not be used: ${String(error)}`,
    );
  }
}
