// What functions read of virtual hosts on the machine: the end of an error log, and which older logs there are.
import type { MachineFiles } from '../../../../core/machine-daemons.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import {
  DOMAIN_LOGS,
  domainLogs,
  errorLog,
  KEPT_LOGS,
} from '../../../../ground/driver/virtual-hosts/places.ts';

/** For how long logrotate keeps a log after it has closed it. */
export const LOG_RETENTION_DAYS = 7 * KEPT_LOGS;

/** As logrotate names what it has closed: `bob.example.log.1`, `bob.example.log-20261126.gz`. */
const ROTATED = /\.log(?:\.\d{1,4}|-\d{8})(?:\.gz)?$/;

export interface RotatedLog {
  readonly file: string;
  readonly path: string;
  /** Seconds since 1970-01-01. */
  readonly mtime: number;
}

/** The closed logs of an account, by name. */
export async function rotatedLogs(machine: DriverMachine, username: string): Promise<RotatedLog[]> {
  const files = await machine.files([DOMAIN_LOGS]);
  const folder = domainLogs(username);
  const found: RotatedLog[] = [];
  for (const file of (await files.list(folder)).filter((name) => ROTATED.test(name))) {
    const path = `${folder}/${file}`;
    const facts = await files.facts(path);
    // logrotate has renamed it meanwhile.
    if (facts?.kind !== 'file') continue;
    found.push({ file, path, mtime: Math.floor(facts.modifiedAt / 1000) });
  }
  return found;
}

/** A line can have 8 KiB. */
const MAX_BYTES = 4_194_304;

/** Returns the last lines, the latest first: also of the log before, if the present one has fewer. */
export async function lastErrorLines(
  machine: DriverMachine,
  { username, servername }: { readonly username: string; readonly servername: string },
  count: number,
): Promise<string[]> {
  const files = await machine.files([DOMAIN_LOGS]);
  const path = errorLog(username, servername);
  const lines = await lastLines(files, path, count);
  if (lines.length >= count) return lines;
  // logrotate’s name of the log before.
  return [...lines, ...(await lastLines(files, `${path}.1`, count - lines.length))];
}

async function lastLines(files: MachineFiles, path: string, count: number): Promise<string[]> {
  const file = await files.open(path);
  if (file === undefined) return [];
  try {
    const start = Math.max(0, file.size - MAX_BYTES);
    const buffer = new Uint8Array(file.size - start);
    const length = await file.read(buffer, buffer.length, start);
    const lines = Buffer.from(buffer.subarray(0, length)).toString('utf8').split('\n');
    // The first one is not complete.
    if (start > 0) lines.shift();
    return lines
      .filter((line) => line !== '')
      .slice(-count)
      .reverse();
  } finally {
    file.close();
  }
}
