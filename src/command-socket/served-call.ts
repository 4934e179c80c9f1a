// Which lines of the command whmapi1 the server runs for it, and how: with the code of the command itself.
import type { Application } from '../app/app.ts';
import { answer } from '../cli/answer.ts';
import { isStandardInput } from '../cli/arguments.ts';
import { envelopeOf, requestOf, unexpected } from '../cli/call.ts';
import { writeStderr, type Io } from '../cli/io.ts';
import { isRemote } from '../cli/is-remote.ts';
import { readCommandLine, type CommandLine } from '../cli/options.ts';
import { readPlainLine } from '../cli/plain-line.ts';
import { UsageError } from '../cli/usage-error.ts';
import { printVersion } from '../cli/version.ts';
import { findTypos } from '../core/argument-warnings.ts';
import type { Call } from '../core/context.ts';
import type { AnyFunction, Effect } from '../core/define.ts';
import type { Envelope } from '../core/envelope.ts';
import { withTimeLimit } from '../core/list-time-limit.ts';
import { accountFunction, runsAsAccount } from './account-function.ts';
import { commandIo } from './command-io.ts';
import type { Print } from './printing.ts';
import type { CommandRequest } from './request.ts';

/** Makes the call, once. */
export type Run = (isAbandoned: () => boolean) => Promise<Print>;

/** Undefined if the command has to make the call itself. `needs input` if the request lacks its standard input. */
export type Decision = Run | 'needs input' | undefined;

/** True if this process sees the files that the command sees (`same-files.ts`). */
export type SeesSameFiles = () => boolean;

/**
 * Reads the command line. Undefined if the command has to do it itself: anything but calls, calls that read files or use
 * other servers, most calls that change the machine, and mistakes in the command line.
 */
export async function readLine(
  request: CommandRequest,
  application: Application,
  seesSameFiles: SeesSameFiles,
): Promise<Decision> {
  return withoutMistake(request, async (io) => {
    const { argv, environment } = request;
    const line = readPlainLine(argv) ?? readCommandLine(argv);
    if (!isOnly(line)) return undefined;
    if (line.version) return showVersion(line);
    const { command } = line;
    if (command === undefined || isRemote(line.remote, { environment })) return undefined;
    const fn = await application.engine.find(command);
    const isOuter = fn !== undefined && runsAsAccount(fn);
    // Before standard input is asked for, because most functions decide without it.
    if (!isOuter && !(await isServed(fn, application, seesSameFiles))) return undefined;
    const asked = await requestOf(line, command, io);
    // A likely typo at a terminal is the command's own business.
    const isAtTerminal = request.stderr.isTerminal && fn !== undefined;
    if (isAtTerminal && (await findTypos(fn, asked.args)).length > 0) return undefined;
    if (isOuter) {
      const inner = await accountFunction(fn, asked.args, application.engine);
      if (!(await isServed(inner, application, seesSameFiles))) return undefined;
    }
    return makeCall(callOf(asked, line.user, application), line, command, application);
  });
}

/** A function of its own, so that the call does not keep the request, whose input can be long. */
function callOf(
  asked: Call,
  user: string | undefined,
  application: Application,
): (isAbandoned: () => boolean) => Promise<Envelope> {
  return (isAbandoned) => {
    const call = { ...asked, isAbandoned, endsIfAbandoned: true, readsLongLists: true } as const;
    return envelopeOf(call, user, application);
  };
}

/** Undefined if the command line, or the input, has a mistake, which the command itself reports. */
export async function withoutMistake(
  request: CommandRequest,
  read: (io: Io) => Promise<Run | undefined>,
): Promise<Decision> {
  const input = { isMissing: false };
  const io = commandIo(request, () => {
    input.isMissing = true;
  });
  try {
    return await read(io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return input.isMissing ? 'needs input' : undefined;
  }
}

export function showVersion(line: CommandLine): Run {
  return () => Promise.resolve((io) => Promise.resolve(printVersion(line, io)));
}

/** True if the line has only options of calls that need nothing of the command's process, or of --version. */
export function isOnly(line: CommandLine): boolean {
  const { help, all, search, completion, openapi, administration, configure, verbose, version } = line;
  const { migrateStore, forgetServer, accounts, files, confirm } = line;
  const flags = [confirm, help, all, openapi, configure, migrateStore, verbose && !version];
  const values = [search, completion, administration, forgetServer, accounts];
  return (
    !flags.includes(true) &&
    values.every((one) => one === undefined) &&
    files.every(isStandardInput) &&
    line.command !== 'help'
  );
}

/**
 * The rule: the server makes the calls of functions that only use the store. What a function finds on the machine can
 * depend on the mounts and rights of its process, and a change of the machine ends with its command. The exceptions see
 * the same files: functions that only measure, because the server has measured most values before, and `createacct`,
 * because accounts that are created in one process share the reloads of the daemons. Script hooks inherit from the
 * process of the command.
 */
export async function isServed(
  fn: AnyFunction | undefined,
  { engine }: Application,
  seesSameFiles: SeesSameFiles,
): Promise<boolean> {
  if (fn === undefined) return false;
  const onlyUsesStore = inStore.includes(fn.effect) && fn.look === undefined;
  const isException = fn.onlyMeasures === true || fn.name === 'createacct';
  if (!onlyUsesStore && !(isException && seesSameFiles())) return false;
  return !engine.isHookable(fn.name) || !(await hasHooks(engine));
}

const inStore: readonly Effect[] = ['none', 'reads', 'changes'];

const hasHooks = ({ store, areHooksEnabled }: Application['engine']): Promise<boolean> =>
  store.transaction('reads', async (db) => ({ value: await areHooksEnabled(db), keep: false }));

/** Runs `make`. The response is printed as the command itself prints it. A long list is read by the first printing. */
export function makeCall(
  make: (isAbandoned: () => boolean) => Promise<Envelope>,
  line: CommandLine,
  command: string,
  application: Application,
): Run {
  return async (isAbandoned) => {
    try {
      return printed(await make(isAbandoned), line, command, application);
    } catch (error) {
      return reported(error, command, application);
    }
  };
}

/** Does not keep `make` and the words of the line, which can be many. */
function printed(made: Envelope, line: CommandLine, command: string, application: Application): Print {
  const { longList } = made;
  // The command may stop to read, as with a pager.
  const envelope = longList === undefined ? made : { ...made, longList: withTimeLimit(longList) };
  const options = { ...line, words: [] };
  return (io) =>
    answer(envelope, options, command, io)
      .catch((error: unknown) => reported(error, command, application)(io))
      // With --quiet, nobody has read the list.
      .finally(() => envelope.longList?.close());
}

function reported(error: unknown, command: string, application: Application): Print {
  const text = unexpected(error, command, application);
  return (io) => {
    writeStderr(io, text);
    return Promise.resolve(1);
  };
}
