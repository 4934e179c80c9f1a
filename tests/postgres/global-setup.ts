// Before the suites that run on PostgreSQL: a server for all of them, with a database to copy from.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApplication } from '../../src/app.ts';
import { TEMPLATE } from '../support/test-database.ts';
import { PostgresServer } from './postgres-server.ts';

declare global {
  var postgresOfTests: PostgresServer | undefined;
}

export default async function startPostgres(): Promise<void> {
  const server = await PostgresServer.start('max_connections=200');
  globalThis.postgresOfTests = server;
  await server.query('postgres', `CREATE DATABASE ${TEMPLATE}`);
  const folder = mkdtempSync(join(tmpdir(), 'whmapi1-template-'));
  const application = createApplication({
    WHMAPI1_STATE_DIR: join(folder, 'state'),
    WHMAPI1_STORE_URL: server.url(TEMPLATE),
  });
  await application.engine.store.transaction('reads', async () => ({ value: undefined, keep: false }));
  application.close();
  rmSync(folder, { recursive: true });
  process.env.WHMAPI1_TEST_POSTGRES = server.url('postgres');
}
