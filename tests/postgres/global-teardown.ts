import removeTemporaryFolders from '../support/global-teardown.ts';

export default async function stopPostgres(): Promise<void> {
  await globalThis.postgresOfTests?.stop();
  removeTemporaryFolders();
}
