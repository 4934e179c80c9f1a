// Opens a shared store only to read it, in one read-only transaction.
import { hostname } from 'node:os';
import pg from 'pg';
import { ApiError } from '../../core/errors.ts';
import type { Db } from '../../core/context.ts';
import type { InspectedStore, InspectOptions } from '../inspect.ts';
import { schemaVersion } from '../schema-version.generated.ts';
import type { SharedStoreName } from '../shared-store-file.ts';
import { readAddress, readServerName } from './address.ts';
import { Connection, types } from './connection.ts';
import { versionOf } from './migrate.ts';
import { isLost, unavailable } from './unavailable.ts';

const CONNECT_LIMIT_MS = 5_000;
/** The same limit as for calls (`store.ts`). */
const ANSWER_LIMIT_MS = 40_000;
/** The limit between two statements, while the rows are written to a file. */
const IDLE_LIMIT_MS = 600_000;

/**
 * Shows the database as it was at one moment. Undefined if there is no store yet.
 * @throws ApiError `store_unavailable`.
 */
export async function inspectPostgres(
  { url, server }: SharedStoreName,
  { answerLimitMs = ANSWER_LIMIT_MS }: InspectOptions = {},
): Promise<InspectedStore | undefined> {
  const address = readAddress(url);
  const name = readServerName(server, hostname);
  const client = new pg.Client({
    connectionString: address.url,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    statement_timeout: answerLimitMs,
    // If the network is silent, the server cannot report that its own limit was reached.
    query_timeout: answerLimitMs + 1_000,
    idle_in_transaction_session_timeout: IDLE_LIMIT_MS,
    application_name: 'whmapi1',
    types,
  });
  // The next statement reports a broken connection.
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
      db: untilLost(new Connection(client, name), client, address.name),
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

/** Sends no more statements once the connection is lost, so that a caller with many statements waits only once. */
function untilLost(db: Db, client: pg.Client, name: string): Db {
  let lost: Error | undefined;
  const asking = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (lost !== undefined) throw lost;
    try {
      return await ask();
    } catch (error) {
      const known = unavailable(error, name);
      if (isLost(error)) {
        lost = known instanceof Error ? known : new Error(String(known));
        client.end().catch(() => undefined);
      }
      throw known;
    }
  };
  return {
    get: (sql, ...values) => asking(() => db.get(sql, ...values)),
    all: (sql, ...values) => asking(() => db.all(sql, ...values)),
    run: (sql, ...values) => asking(() => db.run(sql, ...values)),
    dialect: db.dialect,
    server: db.server,
  };
}
