// Which lines of the commands uapi and cpapi2 the server runs for them, and how: with the code of the commands themselves.
import type { Application } from '../app/app.ts';
import { answer } from '../cli/answer.ts';
import { isRemote } from '../cli/is-remote.ts';
import { readCommandLine, type CommandLine } from '../cli/options.ts';
import { readPlainLine } from '../cli/plain-line.ts';
import { callAsRootOf } from '../cli/account-call-as-root.ts';
import type { AccountRequest } from '../core/account-request.ts';
import { nameOf, readAccountCall } from '../cli/account-call.ts';
import { accountProgramOf } from '../core/account-programs.ts';
import type { Envelope } from '../core/envelope.ts';
import type { CommandRequest } from './request.ts';
import {
  isOnly,
  isServed,
  makeCall,
  showVersion,
  withoutMistake,
  type Decision,
  type Run,
  type SeesSameFiles,
} from './served-call.ts';

/**
 * Reads a line of root, who names the account. Undefined if the command has to do it itself, for the same reasons as
 * with `readLine`.
 */
export function readRootLine(
  request: CommandRequest,
  application: Application,
  seesSameFiles: SeesSameFiles,
): Promise<Decision> {
  return read(request, async (line, call) => {
    const { user } = line;
    const name = nameOf(call);
    const fn = await application.engine.accountApis[call.api].find(name);
    if (user === undefined || !(await isServed(fn, application, seesSameFiles))) return undefined;
    const make = (isAbandoned: () => boolean) => callAsRootOf(application, { ...call, isAbandoned }, user);
    return makeCall(make, line, name, application);
  });
}

/** Makes a call as the user of a socket. */
export type AccountCall = (call: AccountRequest, isAbandoned: () => boolean) => Promise<Envelope>;

/**
 * Reads a line of an ordinary user, whose calls the server makes in any case. Undefined if the command has to do it
 * itself: anything but calls, calls that read files, calls as root, and mistakes.
 */
export function readAccountLine(request: CommandRequest, make: AccountCall): Promise<Decision> {
  return read(request, (line, call) => {
    if (line.user !== undefined) return undefined;
    return async (isAbandoned) => {
      const envelope = await make(call, isAbandoned);
      return (io) => answer(envelope, line, nameOf(call), io);
    };
  });
}

/** The first word names the program: `--uapi` or `--cpapi2`. */
function read(
  request: CommandRequest,
  run: (line: CommandLine, call: AccountRequest) => Promise<Run | undefined> | Run | undefined,
): Promise<Decision> {
  return withoutMistake(request, async (io) => {
    const program = accountProgramOf(request.argv);
    if (program === undefined) return undefined;
    const words = request.argv.slice(1);
    const line = readPlainLine(words) ?? readCommandLine(words);
    if (!isOnly(line) || isRemote(line.remote, request)) return undefined;
    if (line.version) return showVersion(line);
    return run(line, readAccountCall(program, line, io));
  });
}
