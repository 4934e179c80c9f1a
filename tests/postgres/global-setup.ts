// Runs before the suites that use PostgreSQL: starts one server for all of them, with a database to copy. Its data is in
// memory too, if the machine has enough.
import { makeScriptFolder } from '../support/built-script.ts';
import { chooseTemporaryFolder } from '../support/global-setup.ts';
import { PostgresServer } from './postgres-server.ts';
import { makeTemplate } from './template.ts';

declare global {
  var postgresOfTests: PostgresServer | undefined;
}

export default async function startPostgres(): Promise<void> {
  globalThis.temporaryFolders = [];
  chooseTemporaryFolder();
  globalThis.temporaryFolders.push(makeScriptFolder());
  const server = await PostgresServer.start('max_connections=200');
  globalThis.postgresOfTests = server;
  await makeTemplate(server);
  process.env.WHMAPI1_TEST_POSTGRES = server.url('postgres');
}
