// Runs one tool, as the child of this process: no shell, a clean environment, a time limit, captured output.
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { closeSync, openSync, existsSync, constants, fchownSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { join } from 'node:path';
import { environment } from './environment.ts';

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
  const { input = '', as } = options;
  return new Promise((done) => {
    const child: ChildProcess = spawn(tool, words, {
      env: environmentOf(options),
      cwd: '/',
      // A separate session: Ctrl+C at the terminal ends this process, but not a running tool.
      detached: true,
      stdio,
      ...as,
    });
    const running = new RunningTool(options, () => child.kill('SIGKILL'), done);
    child.stdout?.on('data', (bytes: Buffer) => running.print(bytes));
    child.stderr?.on('data', (bytes: Buffer) => running.complain(bytes));
    child.once('error', ({ code }: { code?: string }) => running.notStarted(code));
    child.once('close', (status, signal) => running.end(status, signal));
    // If a tool ends without reading its input, only its status counts.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

function environmentOf({ answersQuestions }: RunOptions): Readonly<Record<string, string>> {
  return answersQuestions === true ? { ...environment, ...askpass() } : environment;
}

/** A tool that was started: keeps what it prints, and ends it when it has run or printed enough. */
class RunningTool {
  readonly #options: RunOptions;
  readonly #kill: () => void;
  readonly #done: (ended: Ended) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #decoder = new StringDecoder();
  #stdout = '';
  #stderr = '';
  #reason: string | undefined;
  #hasSucceeded = false;

  /** @param done called once. */
  constructor(options: RunOptions, kill: () => void, done: (ended: Ended) => void) {
    this.#options = options;
    this.#kill = kill;
    this.#done = done;
    this.#timer = setTimeout(() => this.#stop('took too long and was stopped.'), options.limitMs ?? LIMIT_MS);
  }

  print(bytes: Buffer): void {
    const { until, onOutput } = this.#options;
    const text = this.#decoder.write(bytes);
    if (onOutput !== undefined) return onOutput(text);
    this.#stdout += text;
    if (until?.test(this.#stdout) === true) {
      this.#hasSucceeded = true;
      this.#kill();
    }
    if (this.#stdout.length > MAX_OUTPUT_BYTES) this.#stop('printed too much and was stopped.');
  }

  complain(bytes: Buffer): void {
    if (this.#stderr.length < MAX_COMPLAINT_LENGTH) this.#stderr += bytes.toString();
  }

  /** @param code of the error, such as `EACCES`. */
  notStarted(code: string | undefined): void {
    clearTimeout(this.#timer);
    const printed = { stdout: this.#stdout, stderr: this.#stderr };
    if (code === 'ENOENT') return this.#done({ status: NOT_INSTALLED, ...printed });
    const isOutOfProcesses = code === 'EAGAIN' && ({ isOutOfProcesses: true } as const);
    this.#done({ status: undefined, ...printed, reason: `could not be run: ${code}.`, ...isOutOfProcesses });
  }

  /** Once it has ended, and closed what it prints to. */
  end(status: number | null, signal: string | null): void {
    clearTimeout(this.#timer);
    const reason = this.#reason;
    const own = this.#hasSucceeded ? 0 : (status ?? undefined);
    const isOther = reason === undefined && !this.#hasSucceeded && signal !== null;
    this.#done({
      ...{ status: reason === undefined ? own : undefined, reason },
      ...{ stdout: this.#stdout, stderr: this.#stderr },
      ...(isOther && { signal }),
    });
  }

  /** Nothing is known of it any more. */
  forget(): void {
    clearTimeout(this.#timer);
  }

  #stop(why: string): void {
    this.#reason ??= why;
    this.#kill();
  }
}

// Lets ssh read the answers to its questions from its standard input (ssh(1), SSH_ASKPASS).

/** The variables of its environment. */
export function askpass() {
  // The program runs from dist/. In tests, it runs from src/machine/linux/.
  const places = [join(__dirname, '../share/ssh-askpass'), join(__dirname, '../../../share/ssh-askpass')];
  const program = places.find((place) => existsSync(place));
  if (program === undefined) throw new Error('The program “ssh-askpass” is not installed.');
  return { SSH_ASKPASS: program, SSH_ASKPASS_REQUIRE: 'force' };
}

// A file in memory without a name: it ends with the processes that have it open.

/** A file system in memory, which every Linux with systemd mounts. */
const FOLDER = '/dev/shm';
/** O_TMPFILE, which Node has no name for. */
const UNNAMED = 0o20000000 | constants.O_DIRECTORY;

/**
 * @param owner default: this process’s user.
 * @returns its descriptor. Only its owner and root can open it through /proc.
 */
function openPrivateFile(content: string, owner?: { readonly uid: number; readonly gid: number }): number {
  const file = openSync(FOLDER, UNNAMED | constants.O_RDWR, 0o600);
  try {
    // The place in the file belongs to this descriptor: whoever opens the file through /proc begins at its start.
    writeSync(file, content);
    if (owner !== undefined) fchownSync(file, owner.uid, owner.gid);
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}
