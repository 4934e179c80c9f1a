// An installation whose MariaDB server is a private one of the test, as if `--sandbox-services` ran it.
import { join } from 'node:path';
import { kill, pid } from 'node:process';
import { processesOf } from '../../src/machine/processes.ts';
import { announceOwnProcess } from '../../src/machine/services/own-process.ts';
import type { PrivateMariadb } from './private-mariadb.ts';

/** @param state the state directory. */
export function serveMariadb(
  state: string,
  { socket, port = 0 }: Pick<PrivateMariadb, 'socket'> & Partial<Pick<PrivateMariadb, 'port'>>,
): void {
  announceOwnProcess(join(state, 'sandbox-services'), 'mariadb.service', {
    ...{ address: '127.0.0.1', port, socket },
    process: processesOf({ kill, pid }).own(),
  });
}
