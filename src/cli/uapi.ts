// The command `uapi`: calls a function of UAPI. Root names the account with --user. An ordinary user acts for its own
// account, through the server's socket (`src/http/account-sockets.ts`), because only root can read the store.
import type { Envelope } from '../core/envelope.ts';
import { ApiError } from '../core/errors.ts';
import { answer } from './answer.ts';
import { gatherArguments, warningsOf } from './arguments.ts';
import { writeStderr, type Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { readPlainLine } from './plain-line.ts';
import type { SocketRequest } from './uapi-socket.ts';
import { UsageError } from './usage-error.ts';

const USAGE = 'Usage: uapi [--user=NAME] [options] Module function [key=value ...]';

/** @param words What follows `uapi`. @returns the exit status. @throws WriteError */
export async function runUapi(words: readonly string[], io: Io): Promise<number> {
  try {
    return await runLine(words, io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    writeStderr(io, `uapi: ${error.message}\n${USAGE}\nSee uapi --help.\n`);
    return 2;
  }
}

async function runLine(words: readonly string[], io: Io): Promise<number> {
  const line = readPlainLine(words) ?? (await import('./options.ts')).readCommandLine(words);
  if (line.version) {
    const { printVersion } = await import('./version.ts');
    return printVersion(line, io);
  }
  if (line.openapi) {
    const { printOpenApi } = await import('./openapi.ts');
    return printOpenApi('uapi', io);
  }
  if (line.command === 'help') {
    const { openManual } = await import('./manual.ts');
    if (openManual('uapi', line.words, io)) return 0;
  }
  if (line.help || line.command === 'help') {
    const { printUapiHelp } = await import('./uapi-help.ts');
    const names = line.command === undefined || line.command === 'help' ? [] : [line.command];
    return printUapiHelp([...names, ...line.words], line, io);
  }
  const [func, ...args] = line.words;
  if (line.command === undefined || func === undefined || func.includes('=')) {
    throw new UsageError('Name a module and a function.');
  }
  const module = line.command;
  assertName(module);
  assertName(func);
  const own = { ...line, words: args };
  const call = {
    module,
    func,
    args: gatherArguments(own, io),
    dryRun: line.dryRun,
    warnings: warningsOf(own),
  };
  const envelope = await run(call, line, io);
  return answer(envelope, line, `${module}::${func}`, io);
}

function assertName(name: string): void {
  if (/^[A-Za-z]\w{0,63}$/.test(name)) return;
  throw new UsageError('The names of a module and a function have only letters, digits and “_”.');
}

async function run(request: SocketRequest, { user }: CommandLine, io: Io): Promise<Envelope> {
  if (user === undefined) {
    if (process.getuid?.() === 0) throw new UsageError('Name the account: --user=NAME.');
    const { callThroughSocket } = await import('./uapi-socket.ts');
    try {
      return await callThroughSocket(request, io.environment);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { uapiFailure } = await import('../model/account-apis/named-envelope.ts');
      return uapiFailure(request, error);
    }
  }
  const { callAsRoot } = await import('./uapi-as-root.ts');
  return callAsRoot(request, user, io);
}
