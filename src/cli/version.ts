import { locate, version } from '../app/app.ts';
import type { Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { isOwnSandbox } from './own-sandbox.ts';

/** With --verbose, also whether a server ran the command, and what its calls change. @returns the exit status. */
export function printVersion({ verbose }: Pick<CommandLine, 'verbose'>, io: Io): number {
  io.stdout.write(`${version}\n`);
  if (verbose) {
    const { stateDirectory } = locate(io.environment);
    const what = isOwnSandbox(io.environment) ? 'your own sandbox' : 'this server';
    io.stdout.write(
      `${io.ranBy ?? 'The command ran in its own process.'}\nCalls are for ${what} (${stateDirectory}).\n`,
    );
  }
  return 0;
}
