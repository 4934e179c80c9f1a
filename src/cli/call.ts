// One call from the command line: gather its arguments, dispatch it, print the answer.
import { createApplication, root, type Application } from '../app.ts';
import { dispatch, failure } from '../core/dispatch.ts';
import type { Call } from '../core/context.ts';
import type { Envelope } from '../core/envelope.ts';
import { ApiError, errorKinds } from '../core/errors.ts';
import { loadRenderer } from '../render/format.ts';
import { gatherArguments } from './arguments.ts';
import { tell, WriteError, type Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { plain, styleFor } from './style.ts';

/** Makes the call and prints its answer. @returns the exit status. */
export async function call(line: CommandLine, command: string, io: Io): Promise<number> {
  const args = gatherArguments(line, io);
  const request = { command, args, dryRun: line.dryRun, warnings: warningsOf(line) };
  let application: Application;
  try {
    application = createApplication(io.environment);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return answer(failure(request, error), line, command, io);
  }
  try {
    return await answer(await run(request, line.user, application), line, command, io);
  } catch (error) {
    const xid = application.engine.newXid();
    const where = application.engine.logUnexpected(xid, command, error);
    tell(io, `whmapi1: (XID ${xid}) An unexpected error occurred. ${where}\n`);
    return 1;
  } finally {
    application.close();
  }
}

/** As root, or as the reseller that `--user` names. */
async function run(
  request: Call,
  user: string | undefined,
  { engine, callerOf }: Application,
): Promise<Envelope> {
  if (user === undefined) return dispatch(request, root, engine);
  try {
    return await dispatch(request, await callerOf(user), engine);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return failure(request, error);
  }
}

/** Every user of the machine can read the arguments of a process. */
function warningsOf({ words }: CommandLine): string[] {
  return ['password', 'pass']
    .filter((key) => words.some((word) => word.startsWith(`${key}=`)))
    .map(
      (key) =>
        `A password on the command line can be read by others in the list of processes: give it with --file ${key}=PATH.`,
    );
}

async function answer(envelope: Envelope, line: CommandLine, command: string, io: Io): Promise<number> {
  const { error_code: code } = envelope.metadata;
  try {
    await print(envelope, line, io);
  } catch (error) {
    if (!(error instanceof WriteError)) throw error;
    // The reader of a pipe may stop reading when it has seen enough.
    if (error.code !== 'EPIPE') {
      tell(io, `whmapi1: the call was made, but its answer could not be written: ${error.message}\n`);
      return 1;
    }
  }
  await comment(envelope, command, io);
  return code === undefined ? 0 : errorKinds[code].exit;
}

async function print(envelope: Envelope, line: CommandLine, io: Io): Promise<void> {
  const render = await loadRenderer(line.output);
  const style = await styleFor(io.stdout, line.color, io);
  if (style === plain) {
    for (const piece of render(envelope)) io.stdout.write(piece);
    return;
  }
  const { highlight } = await import('./highlight.ts');
  for (const piece of render(envelope)) io.stdout.write(highlight(piece, line.output, style));
}

/** What a person at the terminal, or whoever reads a cron mail, is told beside the answer. */
async function comment(envelope: Envelope, command: string, io: Io): Promise<void> {
  const { error_code: code } = envelope.metadata;
  if (code === 'unknown_function') {
    const { suggest } = await import('./suggest.ts');
    suggest(command, io);
  }
  if (code === 'missing_param' || code === 'bad_param') {
    tell(io, `whmapi1 ${command} --help explains the parameters.\n`);
  }
  const uri = envelope.data?.otpauth_str;
  if (typeof uri === 'string' && io.stdout.isTerminal() && io.stderr.isTerminal()) {
    const { drawQrCode } = await import('./qr-code.ts');
    tell(io, drawQrCode(uri));
  }
}
