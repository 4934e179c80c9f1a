// A state directory whose sandbox uses a PostgreSQL server of the test, as one that runs `--sandbox-services` uses its own.
import { join } from 'node:path';
import { kill, pid } from 'node:process';
import { processesOf } from '../../src/machine/processes.ts';
import { announceOwnProcess } from '../../src/machine/services/own-process.ts';
import type { PrivatePostgresql } from './private-postgresql.ts';

export function servePostgresql(state: string, postgres: PrivatePostgresql): void {
  announceOwnProcess(join(state, 'sandbox-services'), 'postgresql.service', {
    process: processesOf({ kill, pid }).own(),
    address: '127.0.0.1',
    port: postgres.server.port,
    socket: postgres.socket,
  });
}
