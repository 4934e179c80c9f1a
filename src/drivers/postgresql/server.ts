// The catalogue of the machine’s PostgreSQL server, or the recorded one of a sandbox.
import type { Machine } from '../../core/machine.ts';
import type { PostgresqlCatalogue } from './contract.ts';

export type PostgresqlMachine = Pick<Machine, 'databases' | 'files'>;

export async function postgresqlOf(machine: PostgresqlMachine): Promise<PostgresqlCatalogue> {
  const server = await (await machine.databases()).postgresql();
  if (server !== undefined) return (await import('./sql.ts')).sqlCatalogue(server);
  const { RECORDED, RecordedCatalogue } = await import('./recorded.ts');
  return new RecordedCatalogue(await machine.files([RECORDED]));
}
