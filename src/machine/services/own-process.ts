// Daemons that a sandbox runs itself during `whmapi1 --sandbox-services`. For each, a file records where it listens.
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kill, pid } from 'node:process';
import { processesOf } from '../processes.ts';

/** The content of the file. */
interface Announced {
  /** The name of its process: see `processesOf`. */
  readonly process: string;
  /** The address and port that it listens on, if it uses the network: `127.0.0.1`. */
  readonly address?: string;
  readonly port?: number;
  /** The path of its UNIX socket, if it has one. */
  readonly socket?: string;
}

/** @param folder the sandbox's folder for services. @param unit such as `named.service`. */
export function readOwnProcess(folder: string, unit: string): Announced | undefined {
  const path = fileOf(folder, unit);
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  try {
    const announced = JSON.parse(readFileSync(path, 'utf8')) as Announced;
    return processesOf({ kill, pid }).isAlive(announced.process) ? announced : undefined;
  } catch {
    // The file was removed at this moment.
    return undefined;
  }
}

export function announceOwnProcess(folder: string, unit: string, announced: Announced): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = fileOf(folder, unit);
  writeFileSync(`${path}.new`, `${JSON.stringify(announced)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export function retireOwnProcess(folder: string, unit: string): void {
  rmSync(fileOf(folder, unit), { force: true });
}

const fileOf = (folder: string, unit: string) => join(folder, `${unit}.json`);
