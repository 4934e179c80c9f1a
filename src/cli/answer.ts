// Prints a response for a person or a program: text, colour, hints, and the exit status.
import type { Envelope } from '../core/envelope.ts';
import type { ErrorCode } from '../core/errors.ts';
import { exitStatusOf } from '../core/exit-status.ts';
import { isTabular, loadRenderer, type Format } from '../render/format.ts';
import { writeStderr, WriteError, type Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { plain, styleFor } from './style.ts';

/** Prints the response of a call. @returns the exit status. */
export async function answer(
  envelope: Envelope,
  line: CommandLine,
  command: string,
  io: Io,
): Promise<number> {
  try {
    await print(envelope, line, command, io);
  } catch (error) {
    if (!(error instanceof WriteError)) throw error;
    // The reader of a pipe may close it early, which is not an error.
    if (error.code !== 'EPIPE') {
      writeStderr(io, `whmapi1: the call was run, but its response could not be written: ${error.message}\n`);
      return 1;
    }
  }
  await comment(envelope, command, io);
  return printedStatus(exitStatusOf(envelope), io);
}

/** Returns the exit status after a response was printed. `status` follows from its result. */
export async function printedStatus(status: number, io: Io): Promise<number> {
  return status === 1 ? (await import('./exit-status.ts')).exitStatusFor(status, io) : status;
}

async function print(envelope: Envelope, line: CommandLine, command: string, io: Io): Promise<void> {
  if (line.quiet && envelope.metadata.result === 1)
    return (await import('./asides.ts')).tellAsides(envelope, io);
  if (isTabular(line.output)) {
    const { printRecords } = await import('./print-records.ts');
    return printRecords(envelope, line, command, io);
  }
  const render = await loadRenderer(line.output);
  const write = await writerFor(line.output, line.color, io);
  for (const piece of render(envelope)) write(piece);
}

/** Returns a writer for the pieces of a response, in colour if requested. */
export async function writerFor(
  format: Format,
  color: CommandLine['color'],
  io: Io,
): Promise<(piece: string) => void> {
  const style = await styleFor(io.stdout, color, io);
  if (style === plain) return (piece) => io.stdout.write(piece);
  const { highlight } = await import('./highlight.ts');
  return (piece) => io.stdout.write(highlight(piece, format, style));
}

/** Writes warnings and hints for people to standard error, which cron also mails. */
async function comment(envelope: Envelope, command: string, io: Io): Promise<void> {
  const { error_code: code } = envelope.metadata;
  if (command.includes('::')) return commentOnUapi(code, command, io);
  if (code === 'unknown_function') {
    const { suggest } = await import('./suggest.ts');
    suggest(command, io);
  }
  if (code === 'not_provided') {
    writeStderr(io, `whmapi1 ${command} --help describes WHM’s function of this name.\n`);
  }
  if (code === 'missing_param' || code === 'bad_param') {
    writeStderr(io, `whmapi1 ${command} --help explains the parameters.\n`);
  }
  const uri = envelope.data?.otpauth_str;
  if (typeof uri === 'string' && io.stdout.isTerminal() && io.stderr.isTerminal()) {
    const { drawQrCode } = await import('./qr-code.ts');
    writeStderr(io, drawQrCode(uri));
  }
}

/** Hints after a call of UAPI. @param command `Module::function` */
function commentOnUapi(code: ErrorCode | undefined, command: string, io: Io): void {
  const [module = '', func = ''] = command.split('::');
  if (code === 'unknown_function' || code === 'not_provided') {
    writeStderr(io, 'uapi --help lists the modules, uapi --help MODULE the functions of one.\n');
  }
  if (code === 'missing_param' || code === 'bad_param') {
    writeStderr(io, `uapi --help ${module} ${func} explains the parameters.\n`);
  }
}
