// The catalogue of the machine’s PostgreSQL server, or the recorded one of a sandbox.
import type { DatabaseServer } from '../../../../core/machine-databases.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import type { Machine } from '../../../../core/machine.ts';
import type { PostgresqlCatalogue } from './contract.ts';

export type PostgresqlMachine = Pick<Machine, 'databases' | 'files'>;

export async function postgresqlOf(machine: PostgresqlMachine): Promise<PostgresqlCatalogue> {
  const server = await (await machine.databases()).postgresql();
  if (server !== undefined) return (await import('./sql.ts')).sqlCatalogue(server);
  const { RECORDED, RecordedCatalogue } = await import('./recorded.ts');
  return new RecordedCatalogue(await machine.files([RECORDED]));
}

/** The server, for work on the databases themselves. @throws MachineError `failed` in a sandbox that runs none. */
export async function servedPostgresql(machine: Machine): Promise<DatabaseServer> {
  const server = await (await machine.databases()).postgresql();
  if (server !== undefined) return server;
  throw new MachineError(
    'failed',
    'This sandbox runs no PostgreSQL server, so its databases have no content. Start one: whmapi1 --sandbox-services.',
  );
}
