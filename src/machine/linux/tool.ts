// Runs one tool, as the child of this process: no shell, a clean environment, a time limit, captured output.
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { askpass } from './askpass.ts';
import { environment } from './environment.ts';
import { openPrivateFile } from './private-file.ts';

/** The exit status of a shell for a tool that does not exist. */
export const NOT_INSTALLED = 127;
const LIMIT_MS = 60_000;
/** A firewall might list many thousands of addresses. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const MAX_COMPLAINT_LENGTH = 4096;

export interface RunOptions {
  /** Standard input. Passwords must be passed here, because every user can read the arguments of a process. */
  readonly input?: string;
  /** The path of a file that is standard input instead of `input`. */
  readonly inputFile?: string;
  /** The content of a file without a name, which the tool has open as descriptor 4. A second one: as descriptor 5. */
  readonly privateFile?: string | readonly [string, string];
  /** The exit statuses that are not failures. Default: 0. */
  readonly accept?: readonly number[];
  readonly limitMs?: number;
  /** For ssh: if it asks for a password or a passphrase, the next line of `input` is the answer. */
  readonly answersQuestions?: true;
  /** The user to run as, without supplementary groups. Default: the user of this process. */
  readonly as?: { readonly uid: number; readonly gid: number };
  /** If standard output matches, the tool has succeeded: it is ended at once, with the status 0. */
  readonly until?: RegExp;
  /** Receives the output piece by piece. The output is then neither stored nor limited. */
  readonly onOutput?: (text: string) => void;
}

export interface Ended {
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Why the tool was ended, or did not start. */
  readonly reason?: string | undefined;
  /** The signal that ended it, unless this process did. */
  readonly signal?: string;
  /** True if the kernel had no free process for it. */
  readonly isOutOfProcesses?: true;
}

type Stdio = Extract<StdioOptions, readonly unknown[]>;

/** Starts a tool and waits for its end. Does not throw. */
export type StartTool = (tool: string, words: readonly string[], options: RunOptions) => Promise<Ended>;

/** @param lock a descriptor that the tool inherits, and keeps if this process is killed. */
export async function runTool(
  tool: string,
  words: readonly string[],
  options: RunOptions,
  lock?: number,
): Promise<Ended> {
  const opened: number[] = [];
  try {
    let stdio: Stdio;
    try {
      stdio = openFor(options, lock, opened);
    } catch (error) {
      const { message } = error as Error;
      return { status: undefined, stdout: '', stderr: '', reason: `could not be run: ${message}.` };
    }
    return await runChild(tool, words, options, stdio);
  } finally {
    for (const file of opened) closeSync(file);
  }
}

/**
 * The descriptors that a tool inherits, from 0 on.
 * @param opened gets those to close when the tool has ended.
 */
function openFor(
  { privateFile, inputFile, as }: RunOptions,
  lock: number | undefined,
  opened: number[],
): Stdio {
  const noted = (file: number) => {
    opened.push(file);
    return file;
  };
  const input = inputFile === undefined ? 'pipe' : noted(openSync(inputFile, 'r'));
  const files = [privateFile ?? []].flat().map((content) => noted(openPrivateFile(content, as)));
  const held = files.length > 0 || lock !== undefined ? [lock ?? ('ignore' as const)] : [];
  return [input, 'pipe', 'pipe', ...held, ...files];
}

function runChild(tool: string, words: readonly string[], options: RunOptions, stdio: Stdio): Promise<Ended> {
  const { input = '', limitMs = LIMIT_MS, answersQuestions, as, until, onOutput } = options;
  return new Promise((done) => {
    let stdout = '';
    let stderr = '';
    let reason: string | undefined;
    let hasSucceeded = false;
    const child: ChildProcess = spawn(tool, words, {
      env: answersQuestions === true ? { ...environment, ...askpass() } : environment,
      cwd: '/',
      // A separate session: Ctrl+C at the terminal ends this process, but not a running tool.
      detached: true,
      stdio,
      ...as,
    });
    const end = (why: string) => {
      reason ??= why;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => end('took too long and was stopped.'), limitMs);
    const decoder = new StringDecoder();
    child.stdout?.on('data', (bytes: Buffer) => {
      const text = decoder.write(bytes);
      if (onOutput !== undefined) return onOutput(text);
      stdout += text;
      if (until?.test(stdout) === true) {
        hasSucceeded = true;
        child.kill('SIGKILL');
      }
      if (stdout.length > MAX_OUTPUT_BYTES) end('printed too much and was stopped.');
    });
    child.stderr?.on('data', (bytes: Buffer) => {
      if (stderr.length < MAX_COMPLAINT_LENGTH) stderr += bytes.toString();
    });
    child.once('error', (error: { code?: string }) => {
      clearTimeout(timer);
      if (error.code === 'ENOENT') done({ status: NOT_INSTALLED, stdout, stderr });
      else {
        const isOutOfProcesses = error.code === 'EAGAIN' && ({ isOutOfProcesses: true } as const);
        done({
          status: undefined,
          stdout,
          stderr,
          reason: `could not be run: ${error.code}.`,
          ...isOutOfProcesses,
        });
      }
    });
    child.once('close', (status, signal) => {
      clearTimeout(timer);
      const own = hasSucceeded ? 0 : (status ?? undefined);
      const isOther = reason === undefined && !hasSucceeded && signal !== null;
      done({
        ...{ status: reason === undefined ? own : undefined, stdout, stderr, reason },
        ...(isOther && { signal }),
      });
    });
    // If a tool ends without reading its input, only its status counts.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
