// Whether MariaDB on this machine accepts clients of other hosts: the tweak setting mysql_remote_clients.
import type { Db } from '../../../core/context.ts';
import * as tweakSettings from '../../../ground/rules/tweak-settings.ts';

export const SETTING = 'mysql_remote_clients';
/** The task that configures MariaDB: `../tasks/configure-database-server.ts`. */
export const CONFIGURE = 'configure-database-server';

export async function acceptsRemoteClients(db: Db): Promise<boolean> {
  return (await tweakSettings.read(db, 'Main', SETTING)) === '1';
}
