// Runs the system's own tools: no shell, a clean environment, a time limit, captured output.
import { execFile } from 'node:child_process';
import { HostError } from '../../core/host-error.ts';

export const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

/** The status that a shell has for a tool that isn't there. */
export const NOT_INSTALLED = 127;
const LIMIT_MS = 60_000;
/** Of what a tool prints: a firewall may have many thousands of addresses to tell. */
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

export interface RunOptions {
  /** Standard input: the only way for a password, since every user can read the arguments of a process. */
  readonly input?: string;
  /** The statuses that are no failure; 0 unless given. */
  readonly accept?: readonly number[];
  readonly limitMs?: number;
}

export interface Ran {
  readonly status: number;
  readonly stdout: string;
}

export type Run = (tool: string, words: readonly string[], options?: RunOptions) => Promise<Ran>;

/** @throws HostError `failed`, with the tool's name and the first line of its complaint. */
export const run: Run = (tool, words, { input = '', accept = [0], limitMs = LIMIT_MS } = {}) =>
  new Promise((done, fail) => {
    const options = {
      env: environment,
      cwd: '/',
      timeout: limitMs,
      maxBuffer: MOST_OUTPUT_BYTES,
      killSignal: 'SIGKILL',
      encoding: 'utf8',
    } as const;
    const child = execFile(tool, words, options, (error, stdout, stderr) => {
      const status = error === null ? 0 : statusOf(error);
      if (status !== undefined && accept.includes(status)) done({ status, stdout });
      else fail(new HostError('failed', `“${tool}” ${complaint(error, status, stderr)}`));
    });
    // A tool that ends without reading its input is judged by its status.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });

/** undefined where it had none, since a signal ended it. */
function statusOf({ code }: { code?: unknown }): number | undefined {
  if (code === 'ENOENT') return NOT_INSTALLED;
  return typeof code === 'number' ? code : undefined;
}

function complaint(error: { killed?: boolean } | null, status: number | undefined, stderr: string): string {
  if (status === NOT_INSTALLED) return 'is not installed.';
  if (status === undefined) return error?.killed === true ? 'took too long and was ended.' : 'was ended.';
  const [line = ''] = stderr.trim().split('\n');
  return line === '' ? `failed with status ${status}.` : `failed: ${line}`;
}
