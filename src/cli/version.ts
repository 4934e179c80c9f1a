import { version } from '../app/app.ts';
import type { Io } from './io.ts';
import type { CommandLine } from './options.ts';

/** With --verbose, also whether a server ran the command. @returns the exit status. */
export function printVersion({ verbose }: Pick<CommandLine, 'verbose'>, io: Io): number {
  io.stdout.write(`${version}\n`);
  if (verbose) io.stdout.write(`${io.ranBy ?? 'The command ran in its own process.'}\n`);
  return 0;
}
