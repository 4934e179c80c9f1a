// The bytes log with its rotated versions, each with the position from which it has not been counted.
import { createHash } from 'node:crypto';
import type { MachineFiles, OpenFile } from '../../core/machine-daemons.ts';
import { MachineError } from '../../core/machine-error.ts';
import type { LogFile } from '../../model/bandwidth/log-files.ts';
import { gunzipped } from './gunzipped.ts';
import { LOG_DIRECTORY } from './places.ts';

/** As logrotate names them: `whmapi1-bytes.1`, `whmapi1-bytes-20261126`, `whmapi1-bytes.2.gz`. */
const NAME = /^whmapi1-bytes(?:[.-]\d{1,12}(\.[a-z0-9]{1,5})?)?$/;
/** How many bytes at the beginning of a log identify it. */
const HEAD = 1024;

export interface OpenLog {
  readonly name: string;
  readonly device: string;
  readonly inode: string;
  /** In bytes, compressed or not. */
  readonly size: number;
  /** The position of its end. Infinity if it is not known before it is reached. */
  readonly end: number;
  /** The position from which it is counted. */
  readonly start: number;
  /** The file as it was counted before. Undefined for a new one. */
  readonly known: LogFile | undefined;
  readonly read: OpenFile['read'];
  readonly close: () => void;
}

/** Opens all logs that may have lines that were not counted. `problems`: why others could not be opened. */
export async function openLogs(
  files: MachineFiles,
  known: readonly LogFile[],
): Promise<{ logs: OpenLog[]; problems: string[] }> {
  const logs: OpenLog[] = [];
  const problems: string[] = [];
  for (const name of await files.list(LOG_DIRECTORY)) {
    if (!NAME.test(name)) continue;
    try {
      const opened = await openNamed(files, name, { known, logs });
      if (opened !== undefined) logs.push(opened);
    } catch (error) {
      if (error instanceof MachineError) problems.push(error.message);
      else throw error;
    }
  }
  return { logs, problems };
}

/** Returns undefined if there is nothing to count. */
async function openNamed(
  files: MachineFiles,
  name: string,
  { known, logs }: { readonly known: readonly LogFile[]; readonly logs: readonly OpenLog[] },
): Promise<OpenLog | undefined> {
  const path = `${LOG_DIRECTORY}/${name}`;
  const extension = NAME.exec(name)?.[1];
  if (extension !== undefined && extension !== '.gz') {
    throw new MachineError('failed', `“${path}” is not counted: only logs compressed with gzip can be read.`);
  }
  const file = await files.open(path);
  // It was renamed after the list was read. The next count finds it.
  if (file === undefined) return undefined;
  let opened: OpenLog | undefined;
  try {
    const isTwice = logs.some(({ device, inode }) => device === file.device && inode === file.inode);
    if (!isTwice) opened = await openLog(name, file, known, extension === '.gz');
    return opened;
  } finally {
    if (opened === undefined) file.close();
  }
}

async function openLog(
  name: string,
  file: OpenFile,
  known: readonly LogFile[],
  isCompressed: boolean,
): Promise<OpenLog | undefined> {
  const { device, inode, size } = file;
  const own = known.find((one) => one.device === device && one.inode === inode);
  const reader = isCompressed ? gunzipped(file, HEAD) : { read: file.read, close: file.close };
  const about = { name, device, inode, size, end: isCompressed ? Infinity : size, ...reader };
  if (own !== undefined && (await beginsWith(reader, own))) {
    // Nobody writes to a compressed log, so it is read once.
    if (isCompressed || size === own.position) return undefined;
    if (size > own.position) return { ...about, start: own.position, known: own };
  }
  // A file that is unknown, or was truncated. The lines of a copy were counted in the original.
  for (const one of known) {
    if (one === own || one.headLength === 0 || (!isCompressed && size < one.position)) continue;
    if (await beginsWith(reader, one)) return { ...about, start: one.position, known: own };
  }
  return { ...about, start: 0, known: own };
}

async function beginsWith(log: Pick<OpenLog, 'read'>, { headLength, headDigest }: LogFile): Promise<boolean> {
  return (await digestOfHead(log, headLength)) === headDigest;
}

/** What identifies a log that was counted up to a position. */
export async function headOf(
  log: Pick<OpenLog, 'read'>,
  position: number,
): Promise<Pick<LogFile, 'headLength' | 'headDigest'>> {
  const headLength = Math.min(HEAD, position);
  return { headLength, headDigest: (await digestOfHead(log, headLength)) ?? '' };
}

async function digestOfHead(log: Pick<OpenLog, 'read'>, length: number): Promise<string | undefined> {
  const head = Buffer.alloc(HEAD);
  const size = await log.read(head, length, 0);
  if (size < length) return undefined;
  return createHash('sha256').update(head.subarray(0, length)).digest('hex');
}
