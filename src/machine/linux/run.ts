// Runs the system's own tools: no shell, a clean environment, a time limit, captured output.
import { setTimeout as sleep } from 'node:timers/promises';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { getSystemErrorName } from 'node:util';
import { diskCause, MachineError, systemErrorCode } from '../../core/machine-error.ts';
import { startUnderLock } from './lock.ts';
import { NOT_INSTALLED, runTool, type RunOptions, type StartTool } from './tool.ts';
import { starter } from './current-starter.ts';

export { NOT_INSTALLED, type RunOptions } from './tool.ts';

/** How often a tool is started if the kernel has no free process: a user's processes may take all of them for a while. */
const MAX_STARTS = 100;
const PAUSE_BETWEEN_STARTS_MS = 50;

export interface Ran {
  readonly status: number;
  readonly stdout: string;
}

export type Run = (tool: string, words: readonly string[], options?: RunOptions) => Promise<Ran>;

/** @throws MachineError `failed` or `full`, with the tool's name and the first line of its complaint. */
export const run: Run = (tool, words, options) => runWithErrors(tool, words, options);

/**
 * The same, for callers that read standard error too: its first 4096 characters or so.
 * @param files that the words name. If the tool cannot write, their disks are looked at.
 */
export async function runWithErrors(
  tool: string,
  words: readonly string[],
  options: RunOptions = {},
  files: readonly string[] = [],
): Promise<Ran & { readonly stderr: string }> {
  const start = startUnderLock() ?? starter()?.start ?? startHere;
  let ended = await start(tool, words, options);
  for (let starts = 1; ended.isOutOfProcesses === true && starts < MAX_STARTS; starts++) {
    await sleep(PAUSE_BETWEEN_STARTS_MS);
    ended = await start(tool, words, options);
  }
  const { status, stdout, stderr, reason, signal } = ended;
  if (status !== undefined && (options.accept ?? [0]).includes(status)) return { status, stdout, stderr };
  const said = `“${tool}” ${reason ?? (signal === undefined ? complaint(status, stderr) : endedBy(signal))}`;
  // Linux ends a tool with this signal when its file becomes too large.
  const place = signal === 'SIGXFSZ' ? diskCause('EFBIG') : await fullPlace(stderr, files);
  if (place !== undefined) throw new MachineError('full', `${withStop(said)} ${place}`);
  throw new MachineError('failed', said);
}

const startHere: StartTool = (tool, words, options) => runTool(tool, words, options);

const endedBy = (signal: string) => `was ended by the signal ${signal}.`;

function complaint(status: number | undefined, stderr: string): string {
  if (status === NOT_INSTALLED) return 'is not installed.';
  if (status === undefined) return 'was ended.';
  const [line = ''] = stderr.trim().split('\n');
  return line === '' ? `failed with status ${status}.` : `failed: ${line}`;
}

function withStop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

// Checks whether a tool failed because a disk is full. Few tools report it: useradd only reports that it cannot write.

/** The directories that the tools write to. */
const PLACES = ['/etc', '/home', '/var/lib', '/var/spool', '/tmp'];
/** Smaller than any change of a passwd file. */
const NEEDED_BYTES = 8192;

const SAID: readonly (readonly [text: string, code: string])[] = [
  ['Read-only file system', 'EROFS'],
  ['Disk quota exceeded', 'EDQUOT'],
  ['File too large', 'EFBIG'],
];

/**
 * @param files that the tool was told to read or write.
 * @returns a sentence that says what to do; undefined if the complaint is not about a full disk.
 */
async function fullPlace(complaint: string, files: readonly string[] = []): Promise<string | undefined> {
  const code = SAID.find(([text]) => complaint.includes(text))?.[1] ?? numbered(complaint);
  if (code !== undefined && code !== 'ENOSPC') return diskCause(code);
  if (!/No space left|quota exceeded|\b(?:lock|open|creat|writ)/i.test(complaint)) return undefined;
  for (const place of [...new Set(files.map((file) => dirname(file))), ...PLACES]) {
    if (await isFull(place)) return `The disk of “${place}” is full. Free some space and retry the call.`;
  }
  const isSaid = code === 'ENOSPC' || complaint.includes('No space left on device');
  return isSaid ? diskCause('ENOSPC') : undefined;
}

/** The name of the error, if a tool of MariaDB says its number only: `Got errno 28 on write`. */
function numbered(complaint: string): string | undefined {
  const errno = -Number(/\bGot errno (\d{1,3}) on write/.exec(complaint)?.[1] ?? 0);
  return errno === 0 ? undefined : systemErrorCode({ errno, code: getSystemErrorName(errno) });
}

async function isFull(place: string): Promise<boolean> {
  try {
    const { bavail, bsize, blocks, files, ffree } = await statfs(place);
    return (blocks > 0 && bavail * bsize < NEEDED_BYTES) || (files > 0 && ffree === 0);
  } catch {
    return false;
  }
}
