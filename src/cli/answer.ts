// Prints a response for a person or a program: text, colour, hints, and the exit status.
import { accountPrograms, type AccountProgram } from '../core/account-programs.ts';
import type { Envelope } from '../core/envelope.ts';
import { ApiError, errorKinds } from '../core/errors.ts';
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
    if (error instanceof ApiError) {
      // A long list is read while it is written, and the reading can fail.
      writeStderr(io, `whmapi1: the response is incomplete: ${error.message}\n`);
      return errorKinds[error.code].exit;
    }
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
  const program = programOf(envelope, command);
  if (line.quiet && envelope.metadata.result === 1)
    return (await import('./asides.ts')).tellAsides(envelope, io, '', program);
  // The form of API 2 does not say that nothing was changed, and has no place for warnings.
  if (program === 'cpapi2' && envelope.metadata.dry_run === 1)
    writeStderr(io, 'cpapi2: This was a dry run. Nothing is changed.\n');
  if (isTabular(line.output)) {
    const { printRecords } = await import('./print-records.ts');
    return printRecords(envelope, line, { command, program }, io);
  }
  if (program === 'cpapi2') (await import('./asides.ts')).tellAsides(envelope, io, '', program);
  const render = await loadRenderer(line.output);
  const write = await writerFor(line.output, line.color, io);
  for (const piece of render(envelope)) {
    write(piece);
    await io.stdout.drained?.();
  }
}

/** The command that was called. Those for accounts call `Module::function`; their responses have different forms. */
function programOf({ data }: Envelope, command: string): 'whmapi1' | AccountProgram['name'] {
  if (data === undefined || !command.includes('::')) return 'whmapi1';
  return Object.hasOwn(data, 'cpanelresult') ? 'cpapi2' : 'uapi';
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
  if (command.includes('::')) return commentOnAccountCall(envelope, command, io);
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

/** Hints after a call of UAPI or API 2. @param command `Module::function` */
async function commentOnAccountCall(envelope: Envelope, command: string, io: Io): Promise<void> {
  const { error_code: code } = envelope.metadata;
  const program = programOf(envelope, command);
  const [module = '', func = ''] = command.split('::');
  if (code === 'unknown_function' || code === 'not_provided') {
    const { accountIndex } = await import('../uapi/index.generated.ts');
    const other = Object.values(accountPrograms).find(
      ({ api, name }) => name !== program && Object.hasOwn(accountIndex[api], command),
    );
    if (other !== undefined) {
      writeStderr(io, `${other.title} has a function of this name: ${other.name} ${module} ${func}.\n`);
    }
    if (program === 'whmapi1') return;
    const own = Object.values(accountPrograms).find(({ name }) => name === program);
    if (own !== undefined && code === 'unknown_function' && other === undefined) {
      const { suggestAccountFunctions } = await import('./suggest-account-functions.ts');
      suggestAccountFunctions(own, module, func, io);
    }
    const isModule = own && Object.keys(accountIndex[own.api]).some((name) => name.startsWith(`${module}::`));
    writeStderr(
      io,
      isModule
        ? `${program} --help ${module} lists the functions of this module.\n`
        : `${program} --help lists the modules, ${program} --help MODULE the functions of one.\n`,
    );
  }
  if (code === 'missing_param' || code === 'bad_param') {
    writeStderr(io, `${program} --help ${module} ${func} explains the parameters.\n`);
  }
}
