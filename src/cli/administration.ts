// The commands that administer an installation rather than call a function.
import type { AdministrationOptions } from './administration-options.ts';
import type { Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { UsageError } from './usage-error.ts';

/** @returns the exit status. @throws UsageError */
export async function administer(line: CommandLine, options: AdministrationOptions, io: Io): Promise<number> {
  const commands = (['doctor', 'enrol'] as const).filter((name) => options[name] !== undefined);
  const [command, other] = commands;
  if (other !== undefined)
    throw new UsageError(`--${command ?? ''} and --${other} cannot be given together.`);
  if (command === 'doctor') {
    const { doctor } = await import('./doctor.ts');
    return doctor(line, options, io);
  }
  if (line.command !== undefined) throw new UsageError('--enrol accepts no function and no arguments.');
  const { enrol } = await import('./enrol.ts');
  return enrol(line, io);
}
