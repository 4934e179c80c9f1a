// A log with its rotated versions, each with the position from which it was not read yet. Between two readings, logrotate
// may have renamed the log, copied and truncated it, or compressed it, and its daemon may still write to a renamed one.
import { createHash } from 'node:crypto';
import type { MachineFiles, OpenFile } from '../../../core/machine-daemons.ts';
import { MachineError } from '../../../core/machine-error.ts';
import type { LogPosition } from '../../rules/log-positions.ts';
import { gunzipped } from './gunzipped.ts';

/** As logrotate names them: `.1`, `-20261126`, `.2.gz`. */
const SUFFIX = /^(?:[.-]\d{1,12}(\.[a-z0-9]{1,5})?)?$/;
/** How many bytes at the beginning of a log identify it. */
const HEAD = 1024;

export interface OpenLog {
  readonly path: string;
  readonly device: string;
  readonly inode: string;
  /** In bytes, compressed or not. */
  readonly size: number;
  /** The position of its end. Infinity if it is not known before it is reached. */
  readonly end: number;
  /** The position from which it is counted. */
  readonly start: number;
  /** The file as it was counted before. Undefined for a new one. */
  readonly known: LogPosition | undefined;
  readonly read: OpenFile['read'];
  readonly close: () => void;
}

/**
 * Opens a log and its rotated versions that may have lines that were not read. `problems`: why others could not be opened.
 * @param path the log, which has the same name after a rotation.
 */
export async function openLogs(
  files: MachineFiles,
  path: string,
  known: readonly LogPosition[],
): Promise<{ logs: OpenLog[]; problems: string[] }> {
  const candidates: Candidate[] = [];
  const problems: string[] = [];
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (error instanceof MachineError) problems.push(error.message);
      else throw error;
    }
  };
  const slash = path.lastIndexOf('/');
  const base = path.slice(slash + 1);
  for (const name of await files.list(path.slice(0, slash))) {
    const suffix = name.startsWith(base) ? SUFFIX.exec(name.slice(base.length)) : null;
    if (suffix === null) continue;
    await attempt(async () => {
      const candidate = await openNamed(files, path + suffix[0], suffix[1], known);
      if (candidate === undefined) return;
      if (candidates.some((one) => isSameFile(one, candidate))) candidate.close();
      else candidates.push(candidate);
    });
  }
  const found = candidates.map(({ known: own, isUnchanged }) => (isUnchanged ? own : undefined));
  const missing = known.filter((one) => !found.includes(one));
  const logs: OpenLog[] = [];
  for (const candidate of candidates) {
    let start: number | undefined;
    await attempt(async () => {
      start = await startOf(candidate, missing);
    });
    if (start === undefined) candidate.close();
    else logs.push({ ...candidate, start });
  }
  return { logs, problems };
}

interface Candidate extends Omit<OpenLog, 'start'> {
  readonly isCompressed: boolean;
  /** True if it still begins with what was counted. */
  readonly isUnchanged: boolean;
}

const isSameFile = (
  one: Pick<LogPosition, 'device' | 'inode'>,
  other: Pick<LogPosition, 'device' | 'inode'>,
) => one.device === other.device && one.inode === other.inode;

async function openNamed(
  files: MachineFiles,
  path: string,
  extension: string | undefined,
  known: readonly LogPosition[],
): Promise<Candidate | undefined> {
  if (extension !== undefined && extension !== '.gz') {
    throw new MachineError('failed', `“${path}” is not read: only logs compressed with gzip can be read.`);
  }
  const file = await files.open(path);
  // It was renamed after the list was read. The next count finds it.
  if (file === undefined) return undefined;
  const { device, inode, size } = file;
  const isCompressed = extension === '.gz';
  const reader = isCompressed ? gunzipped(file, HEAD) : { read: file.read, close: file.close };
  const own = known.find((one) => isSameFile(one, file));
  try {
    return {
      ...{ path, device, inode, size, isCompressed, known: own, ...reader },
      end: isCompressed ? Infinity : size,
      isUnchanged:
        own !== undefined && (isCompressed || size >= own.position) && (await beginsWith(reader, own)),
    };
  } catch (error) {
    reader.close();
    throw error;
  }
}

/**
 * Returns the position from which a log is counted. Undefined if there is nothing to count. `missing`: what was counted
 * of files that no longer exist, or were truncated. The log may be a copy of one of them.
 */
async function startOf(log: Candidate, missing: readonly LogPosition[]): Promise<number | undefined> {
  const { known, isUnchanged, isCompressed, size } = log;
  if (known !== undefined && isUnchanged) {
    // Nobody writes to a compressed log, so it is read once.
    return isCompressed || size === known.position ? undefined : known.position;
  }
  for (const one of missing) {
    if (one === known || one.headLength === 0 || (!isCompressed && size < one.position)) continue;
    if (await beginsWith(log, one)) return one.position;
  }
  return 0;
}

async function beginsWith(
  log: Pick<OpenLog, 'read'>,
  { headLength, headDigest }: LogPosition,
): Promise<boolean> {
  return (await digestOfHead(log, headLength)) === headDigest;
}

/** What identifies a log that was counted up to a position. */
export async function headOf(
  log: Pick<OpenLog, 'read'>,
  position: number,
): Promise<Pick<LogPosition, 'headLength' | 'headDigest'>> {
  const headLength = Math.min(HEAD, position);
  return { headLength, headDigest: (await digestOfHead(log, headLength)) ?? '' };
}

async function digestOfHead(log: Pick<OpenLog, 'read'>, length: number): Promise<string | undefined> {
  const head = Buffer.alloc(HEAD);
  const size = await log.read(head, length, 0);
  if (size < length) return undefined;
  return createHash('sha256').update(head.subarray(0, length)).digest('hex');
}
