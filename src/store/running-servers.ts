// The running servers of a state directory. Each keeps a file there while it runs, for --doctor and --restore.
import { closeSync, constants, fsyncSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { StateDirectory } from './state-directory.ts';

export interface RunningServer {
  /** The name of its program: `whmapi1d`. */
  readonly role: string;
  /** Its process, named as in the journal of operations. */
  readonly process: string;
  /** Where it listens: `https://127.0.0.1:2087`. */
  readonly addresses: readonly string[];
  /** The file of its certificate (PEM). Absent if it uses the certificate in the state directory. */
  readonly certificate?: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

const FILE = /^running-\d+\.json$/;

/** Announces that a server runs, until `retire` is called with the same process. */
export function announce(directory: StateDirectory, server: RunningServer): void {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  const descriptor = directory.open(fileOf(server.process), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
  try {
    writeSync(descriptor, `${JSON.stringify(server)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export function retire(directory: StateDirectory, process: string): void {
  rmSync(directory.file(fileOf(process)), { force: true });
}

/** Removes the files of servers that were killed. */
export function removeStale(directory: StateDirectory, isAlive: (process: string) => boolean): void {
  for (const { name, server } of announced(directory.path)) {
    if (server === undefined || !isAlive(server.process)) rmSync(directory.file(name), { force: true });
  }
}

/** Returns the servers that still run. `path` is the state directory, which need not exist. */
export function runningServers(path: string, isAlive: (process: string) => boolean): RunningServer[] {
  return announced(path)
    .flatMap(({ server }) => (server === undefined ? [] : [server]))
    .filter(({ process }) => isAlive(process));
}

function announced(path: string): { readonly name: string; readonly server: RunningServer | undefined }[] {
  let names: string[];
  try {
    names = readdirSync(path);
  } catch {
    return [];
  }
  return names.filter((name) => FILE.test(name)).map((name) => ({ name, server: read(join(path, name)) }));
}

/** Undefined if the file is incomplete. */
function read(path: string): RunningServer | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as RunningServer;
  } catch {
    return undefined;
  }
}

function fileOf(process: string): string {
  return `running-${process.split(' ')[0]}.json`;
}
