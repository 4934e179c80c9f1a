// Makes one call from the command line: reads its arguments, dispatches it, prints the response.
import { createApplication, root, type Application } from '../app.ts';
import { dispatch, failure } from '../core/dispatch.ts';
import type { Call } from '../core/context.ts';
import type { Envelope } from '../core/envelope.ts';
import { ApiError } from '../core/errors.ts';
import { loadFunction } from '../functions/load.ts';
import { answer } from './answer.ts';
import type { RawArgument } from '../core/context.ts';
import { gatherArguments, warningsOf } from './arguments.ts';
import { writeStderr, type Io } from './io.ts';
import type { CommandLine } from './options.ts';

/** Makes the call and prints its response. @returns the exit status. */
export async function call(line: CommandLine, command: string, io: Io): Promise<number> {
  return (await callFor(line, command, io)).status;
}

/** Like `call`. @returns the exit status, and the task that the call has started, if any. */
export async function callFor(
  line: CommandLine,
  command: string,
  io: Io,
): Promise<{ readonly status: number; readonly task?: number | undefined }> {
  const args = await withListArguments(line, command, gatherArguments(line, io));
  const request = { command, args, dryRun: line.dryRun, warnings: warningsOf(line) };
  let application: Application;
  try {
    application = createApplication(io.environment);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { status: await answer(failure(request, error), line, command, io) };
  }
  try {
    const envelope = await run(request, line.user, application);
    return { status: await answer(envelope, line, command, io), task: envelope.metadata.task };
  } catch (error) {
    const xid = application.engine.newXid();
    const where = application.engine.logUnexpected(xid, command, error);
    writeStderr(io, `whmapi1: (XID ${xid}) An unexpected error occurred. ${where}\n`);
    return { status: 1 };
  } finally {
    application.close();
  }
}

/** Adds the arguments for --fields, --filter and --sort. @throws UsageError */
async function withListArguments(
  line: CommandLine,
  command: string,
  given: RawArgument[],
): Promise<readonly RawArgument[]> {
  if (line.fields === undefined && line.filters.length === 0 && line.sort === undefined) return given;
  const { listArguments } = await import('./list-options.ts');
  return [...given, ...listArguments(line, await loadFunction(command), given)];
}

/** Makes the call as root, or as the reseller in `--user`. */
async function run(request: Call, user: string | undefined, application: Application): Promise<Envelope> {
  const { engine } = application;
  try {
    const caller = user === undefined ? root : await application.callerOf(user);
    return await dispatch(request, caller, engine);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return failure(request, error);
  }
}
