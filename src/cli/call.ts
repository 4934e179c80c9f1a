// Makes one call from the command line: reads its arguments, dispatches it, prints the response.
import { createApplication, root, type Application } from '../app/app.ts';
import { findTypos } from '../core/argument-warnings.ts';
import { dispatch } from '../core/dispatch.ts';
import { failure } from '../core/report.ts';
import type { Call } from '../core/context.ts';
import type { Envelope } from '../core/envelope.ts';
import { ApiError } from '../core/errors.ts';
import { quote } from '../core/quote.ts';
import { loadFunction } from '../functions/load.ts';
import { answer } from './answer.ts';
import type { RawArgument } from '../core/context.ts';
import { gatherArguments, warningsOf } from './arguments.ts';
import { writeStderr, type Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { forgottenSudo } from './own-sandbox.ts';
import { UsageError } from './usage-error.ts';
import { wantsConfirmation } from './wants-confirmation.ts';

/** Makes the call and prints its response. @returns the exit status. */
export async function call(line: CommandLine, command: string, io: Io): Promise<number> {
  const { status, task } = await callFor(line, command, io);
  if (task !== undefined && status === 0) {
    const { tellIfUnrun } = await import('./unrun-task.ts');
    await tellIfUnrun(task, io);
  }
  return status;
}

/** Like `call`. @returns the exit status, and the task that the call has started, if any. */
export async function callFor(
  line: CommandLine,
  command: string,
  io: Io,
): Promise<{ readonly status: number; readonly task?: number | undefined }> {
  const request = await requestOf(line, command, io);
  if (io.ask !== undefined) await assertNoTypos(request);
  if (wantsConfirmation(line, io)) {
    const { isConfirmed } = await import('./confirm.ts');
    const fn = await loadFunction(command);
    const asked = { command: `whmapi1 ${command}`, fn, args: request.args };
    // An unknown function fails.
    if (fn !== undefined && !(await isConfirmed(line, asked, io))) return { status: 2 };
  }
  let application: Application;
  try {
    const note = forgottenSudo(io.environment);
    if (note !== undefined) writeStderr(io, note);
    application = createApplication(io.environment);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { status: await answer(failure(request, error), line, command, io) };
  }
  try {
    const envelope = await envelopeOf({ ...request, readsLongLists: true }, line.user, application);
    return { status: await answer(envelope, line, command, io), task: envelope.metadata.task };
  } catch (error) {
    writeStderr(io, unexpected(error, command, application));
    return { status: 1 };
  } finally {
    application.close();
  }
}

/** The call that a line asks for. @throws UsageError */
export async function requestOf(line: CommandLine, command: string, io: Io): Promise<Call> {
  const args = await withListArguments(line, command, gatherArguments(line, io));
  return { command, args, dryRun: line.dryRun, warnings: warningsOf(line) };
}

/**
 * Scripts keep running with a parameter that a function does not have, as with WHM, and get a warning. At a terminal, a
 * likely typo such as `quotta=500` stops the call, because it would be ignored. @throws UsageError
 */
async function assertNoTypos({ command, args }: Call): Promise<void> {
  const fn = await loadFunction(command);
  const [typo] = fn === undefined ? [] : await findTypos(fn, args);
  if (typo === undefined) return;
  throw new UsageError(
    `${command} has no parameter ${quote(typo.name)}. Did you mean “${typo.suggestion}”? Nothing was called.`,
  );
}

/** Records an unexpected error. @returns the line that reports it. */
export function unexpected(error: unknown, command: string, { engine }: Application): string {
  const xid = engine.newXid();
  const where = engine.logUnexpected(xid, command, error);
  return `whmapi1: (XID ${xid}) An unexpected error occurred. ${where}\n`;
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
export async function envelopeOf(
  request: Call,
  user: string | undefined,
  application: Pick<Application, 'engine' | 'callerOf'>,
): Promise<Envelope> {
  const { engine } = application;
  try {
    const caller = user === undefined ? root : await application.callerOf(user);
    return await dispatch(request, caller, engine);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return failure(request, error);
  }
}
