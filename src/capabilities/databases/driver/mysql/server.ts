// The MariaDB server of this machine, or one that is reached over the network. A sandbox without a server records.
import type { DatabasePlace, DatabaseServer } from '../../../../core/machine-databases.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import type { Machine } from '../../../../core/machine.ts';
import { clientTools } from './client-tools.ts';
import type { MysqlCatalogue } from './contract.ts';
import { RecordedMysql } from './recorded.ts';
import { ServedMysql } from './served.ts';

/** What this driver uses of the machine. */
export type MysqlMachine = Pick<Machine, 'databases' | 'files' | 'tools'>;

/** Does some work over one connection. Default: on the server of this machine. */
export async function withMysql<T>(
  machine: MysqlMachine,
  work: (mysql: MysqlCatalogue) => Promise<T>,
  place?: DatabasePlace,
): Promise<T> {
  const databases = await machine.databases();
  const server = place === undefined ? await databases.mysql() : await databases.mysql(place);
  if (server === undefined) return work(new RecordedMysql(await machine.files(['/var'])));
  return server.use((connection) => work(new ServedMysql(connection, clientTools(machine, server))));
}

/** The server, for work on the databases themselves. @throws MachineError `failed` in a sandbox that runs none. */
export async function servedMysql(machine: Machine): Promise<DatabaseServer> {
  const server = await (await machine.databases()).mysql();
  if (server !== undefined) return server;
  throw new MachineError(
    'failed',
    'This sandbox runs no MariaDB server, so its databases have no content. Start one: whmapi1 --sandbox-services.',
  );
}
