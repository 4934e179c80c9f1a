// PostgreSQL’s own clients. They log in through the socket as the administrator `root`, without a password, or over the
// network as a user whose password is in a file that nobody else can read.
import { dirname, extname } from 'node:path';
import type { ToolWord } from '../../../../core/machine-daemons.ts';
import type { DatabaseServer } from '../../../../core/machine-databases.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import type { Machine } from '../../../../core/machine.ts';

export interface ClientTools {
  /** Writes a database to an existing file, as a tar archive of pg_dump. */
  archive(database: string, file: string): Promise<void>;
}

const DUMP = { name: 'pg_dump', worksInSandbox: true } as const;
const LIMIT_MS = 12 * 3_600_000;

export function clientTools(machine: Machine, { socket }: Pick<DatabaseServer, 'socket'>): ClientTools {
  const login = (database: string): ToolWord[] => {
    if (socket === undefined)
      throw new MachineError('failed', 'The PostgreSQL server has no socket for its tools.');
    const place = { host: dirname(socket), port: extname(socket).slice(1), user: 'root', dbname: database };
    return ['--no-password', `--dbname=${conninfo(place)}`];
  };
  return {
    async archive(database, path) {
      const tools = await machine.tools([DUMP]);
      const format = ['--format=tar', '--no-owner', '--no-privileges'];
      const words = [...format, { prefix: '--file=', path }, ...login(database)];
      await tools.run(DUMP.name, words, { limitMs: LIMIT_MS });
    },
  };
}

/** How PostgreSQL’s clients read where and as whom to connect. */
export function conninfo(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}='${value.replaceAll(/['\\]/g, (one) => `\\${one}`)}'`)
    .join(' ');
}
