// The sessions of ProFTPD, and the disk usage of folders.
import type { Machine } from '../../../core/machine.ts';
import type { UserProcess } from '../../../core/machine-processes.ts';
import { MachineError } from '../../../core/machine-error.ts';

export interface FtpSession {
  readonly process: UserProcess;
  readonly login: string;
  /** The client’s IP address. */
  readonly address: string;
  /** Milliseconds since 1970-01-01. */
  readonly since: number;
  readonly state: 'IDLE' | 'DL' | 'UL';
  /** What it does: `RETR index.html`. Empty while it is idle. */
  readonly command: string;
  /** The file that is transferred. Empty if there is none. */
  readonly file: string;
}

interface Connection {
  readonly pid?: unknown;
  readonly connected_since_ms?: unknown;
  readonly remote_address?: unknown;
  readonly user?: unknown;
  readonly command?: unknown;
  readonly command_args?: unknown;
  readonly uploading?: unknown;
  readonly downloading?: unknown;
}

/** The sessions whose processes belong to the user of an account. Empty in a sandbox. */
export async function lookAtSessions(machine: Machine, username: string): Promise<FtpSession[]> {
  const user = await (await machine.users()).find(username);
  const processes = await machine.processes();
  if (user === undefined || !processes.isSupported) return [];
  const tools = await machine.tools([{ name: 'ftpwho' }]);
  if (!(await tools.has('ftpwho'))) return [];
  // It ends with 1 if ProFTPD does not run.
  const { stdout } = await tools.run('ftpwho', ['-v', '-o', 'json'], { accept: [0, 1] });
  const own = new Map((await processes.list([user.uid])).map((process) => [process.id, process]));
  return connectionsIn(stdout).flatMap((connection) => {
    const process = own.get(Number(connection.pid));
    return process === undefined ? [] : [sessionOf(connection, process)];
  });
}

/** Ends sessions. One that has ended before is no error. */
export async function endSessions(machine: Machine, sessions: readonly FtpSession[]): Promise<void> {
  const processes = await machine.processes();
  for (const { process } of sessions) await processes.end(process);
}

function connectionsIn(text: string): readonly Connection[] {
  if (!text.trim().startsWith('{')) return [];
  const { connections } = JSON.parse(text) as { readonly connections?: readonly Connection[] };
  return connections ?? [];
}

function sessionOf(connection: Connection, process: UserProcess): FtpSession {
  const {
    command,
    command_args: args,
    user,
    remote_address: address,
    connected_since_ms: since,
  } = connection;
  const state = connection.downloading === true ? 'DL' : connection.uploading === true ? 'UL' : 'IDLE';
  const [verb, argument] = [command, args].map((text) => (typeof text === 'string' ? text : ''));
  return {
    ...{ process, state },
    login: typeof user === 'string' ? user : '',
    address: typeof address === 'string' ? address : '',
    since: Number(since),
    command: [verb, argument].filter((text) => text !== '').join(' '),
    file: state === 'IDLE' ? '' : (argument ?? ''),
  };
}

const LIMIT_MS = 60_000;

/**
 * The disk usage of folders below the home in bytes, measured with the rights of the user. A folder that does not exist, or
 * that the user cannot read, is missing.
 */
export async function lookAtFolders(
  machine: Machine,
  username: string,
  folders: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const user = await (await machine.users()).find(username);
  const found = new Map<string, number>();
  if (user === undefined) return found;
  const { uid, gid, home } = user;
  const tools = await machine.tools([{ name: 'du', worksInSandbox: true }]);
  for (const folder of new Set(folders)) {
    const path = folder === '' ? home : `${home}/${folder}`;
    try {
      const words = ['--summarize', '--block-size=1', '--', { path }];
      // 1: it could not read some of the files.
      const { stdout } = await tools.run('du', words, {
        as: { uid, gid },
        accept: [0, 1],
        limitMs: LIMIT_MS,
      });
      const bytes = /^(\d+)\t/.exec(stdout)?.[1];
      if (bytes !== undefined) found.set(folder, Number(bytes));
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
    }
  }
  return found;
}
