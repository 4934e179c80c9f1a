// The schema of a database, written by MariaDB’s own tool, which knows the order in which things depend on each other.
import { MachineError } from '../../core/machine-error.ts';
import type { Machine } from '../../core/machine.ts';

export type DumpSchema = (database: string) => Promise<string>;

const DUMP = { name: 'mariadb-dump', worksInSandbox: true } as const;
const CONTENT = ['--no-data', '--routines', '--events', '--triggers', '--skip-comments', '--skip-dump-date'];

/** @param socket of the server; undefined if it is reached over the network. */
export function dumpOf(machine: Pick<Machine, 'tools'>, socket: string | undefined): DumpSchema {
  return async (database) => {
    if (socket === undefined) {
      throw new MachineError('failed', 'The schema of a database on another server cannot be read.');
    }
    const tools = await machine.tools([DUMP]);
    const words = ['--no-defaults', '--user=root', `--socket=${socket}`, ...CONTENT, '--', database];
    return (await tools.run(DUMP.name, words)).stdout;
  };
}
