// Which command lines the server runs for the native command, and how: with the code of the command itself.
import { readFileSync } from 'node:fs';
import { getSystemErrorMap } from 'node:util';
import type { Application } from '../app.ts';
import { answer } from '../cli/answer.ts';
import { envelopeOf, requestOf, unexpected } from '../cli/call.ts';
import { WriteError, writeStderr, type Io, type Output } from '../cli/io.ts';
import { isRemote } from '../cli/is-remote.ts';
import { reportWriteError } from '../cli/main.ts';
import { readCommandLine, type CommandLine } from '../cli/options.ts';
import { readPlainLine } from '../cli/plain-line.ts';
import { UsageError } from '../cli/usage-error.ts';
import { printVersion } from '../cli/version.ts';
import type { Call } from '../core/context.ts';
import type { AnyFunction } from '../core/define.ts';
import type { CommandRequest, Terminal } from './request.ts';

/** Prints a response, as often as needed. @returns the exit status. */
export type Print = (io: Io) => Promise<number>;

/** Makes the call, once. */
export type Run = (application: Application, isAbandoned: () => boolean) => Promise<Print>;

/**
 * Reads the command line. Undefined if the command has to do it itself: anything but calls, calls that read standard
 * input or files or use other servers, calls that change the machine, and mistakes in the command line.
 * @param isOnSameMounts whether the command sees the same file systems as this process.
 */
export async function readLine(
  { argv, environment }: CommandRequest,
  { engine }: Application,
  isOnSameMounts: boolean,
): Promise<Run | undefined> {
  try {
    const line = readPlainLine(argv) ?? readCommandLine(argv);
    if (line.version) {
      return isOnly(line)
        ? () => Promise.resolve((io) => Promise.resolve(printVersion(line, io)))
        : undefined;
    }
    const { command } = line;
    if (command === undefined || !isOnly(line) || isRemote(line.remote, { environment })) return undefined;
    const fn = await engine.find(command);
    if (fn === undefined || engine.isHookable(fn.name) || !isServed(fn, isOnSameMounts)) return undefined;
    const request = await requestOf(line, command, nothing(environment));
    return (application, isAbandoned) => makeCall({ ...request, isAbandoned }, line, application);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/** Whether the line has only options of calls that need nothing of the command's process, or of --version. */
function isOnly(line: CommandLine): boolean {
  const { help, all, search, completion, openapi, administration, configure, verbose, version } = line;
  const { migrateStore, forgetServer, accounts, files, input } = line;
  const flags = [help, all, openapi, configure, migrateStore, verbose && !version];
  const values = [search, completion, administration, forgetServer, accounts, input];
  return (
    !flags.includes(true) &&
    values.every((one) => one === undefined) &&
    files.length === 0 &&
    line.command !== 'help'
  );
}

/**
 * A change of the machine stays with the command, whose interruption ends it. What a function reads of the machine can
 * depend on the mounted file systems: with its `look`, or without a transaction (`none`).
 */
function isServed({ effect, look, onlyMeasures }: AnyFunction, isOnSameMounts: boolean): boolean {
  if (effect === 'calls') return onlyMeasures === true;
  if (effect === 'operates') return false;
  return isOnSameMounts || (effect !== 'none' && look === undefined);
}

async function makeCall(request: Call, line: CommandLine, application: Application): Promise<Print> {
  const { command } = request;
  const report = (error: unknown): Print => {
    const text = unexpected(error, command, application);
    return (io) => {
      writeStderr(io, text);
      return Promise.resolve(1);
    };
  };
  try {
    const envelope = await envelopeOf(request, line.user, application);
    return (io) => answer(envelope, line, command, io).catch((error: unknown) => report(error)(io));
  } catch (error) {
    return report(error);
  }
}

/** What is printed, in order, and the exit status. */
export interface Printed {
  readonly pieces: readonly { readonly stream: 'O' | 'E'; readonly text: string }[];
  readonly status: number;
  /** The number of the pieces before a write that failed. */
  readonly before: number;
}

/** A write to standard output that failed: the number of its piece of that stream, and the error of the kernel. */
export interface Failure {
  readonly output: number;
  readonly errno: number;
}

/** Prints into memory, as to the streams of the command. Consecutive texts of a stream are one piece. */
export async function record(
  print: Print,
  { stdout, stderr, environment }: CommandRequest,
  ranBy: string,
  failure?: Failure,
): Promise<Printed> {
  const pieces: { stream: 'O' | 'E'; text: string }[] = [];
  let outputs = 0;
  let before: number | undefined;
  const write = (stream: 'O' | 'E', text: string) => {
    if (text === '') return;
    const last = pieces.at(-1);
    const continues = last?.stream === stream && last.text.length < PIECE_LENGTH && before !== pieces.length;
    if (stream === 'O') {
      const number = continues ? outputs - 1 : outputs;
      if (failure !== undefined && number >= failure.output) {
        before ??= pieces.length;
        throw writeError(failure.errno);
      }
      if (!continues) outputs++;
    }
    if (continues) last.text += text;
    else pieces.push({ stream, text });
  };
  const io: Io = {
    ...nothing(environment),
    stdout: outputTo(stdout, (text) => write('O', text)),
    stderr: outputTo(stderr, (text) => write('E', text)),
    ranBy,
  };
  try {
    const status = await print(io);
    return { pieces, status, before: before ?? pieces.length };
  } catch (error) {
    if (!(error instanceof WriteError)) throw error;
    const status = reportWriteError(error, io);
    return { pieces, status, before: before ?? pieces.length };
  }
}

const PIECE_LENGTH = 65_536;

function outputTo({ isTerminal, columns, rows }: Terminal, write: (text: string) => void): Output {
  return {
    write,
    isTerminal: () => isTerminal,
    size: () => (isTerminal && columns > 0 && rows > 0 ? { columns, rows } : undefined),
  };
}

/** As Node reports it. */
function writeError(errno: number): WriteError {
  const [code = 'UNKNOWN', message = 'unknown error'] = getSystemErrorMap().get(-errno) ?? [];
  return new WriteError(code, `${code}: ${message}, write`);
}

/** Without streams: calls that read standard input or files are not served, except the server's own settings. */
function nothing(environment: CommandRequest['environment']): Io {
  const closed: Output = {
    write: () => {
      throw new Error('Nothing is printed yet.');
    },
    isTerminal: () => false,
  };
  return {
    stdout: closed,
    stderr: closed,
    environment,
    readStdin: () => {
      throw new Error('Standard input belongs to the command.');
    },
    readFile: (path) => readFileSync(path),
  };
}
