// From the command line to the exit status. This file handles --help and completion; run.ts handles the rest.
import { accountProgramOf } from '../core/account-programs.ts';
import { writeStderr, WriteError, type Io } from './io.ts';
import { styleFor } from './style.ts';
import { describeUsageError, UsageError } from './usage-error.ts';

/** @returns the exit status: 0 success, 1 the call failed, 2 no call was made, 3 the store was unavailable. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    const program = accountProgramOf(argv);
    const [first, ...words] = program === undefined ? argv : argv.slice(1);
    if (first === '--complete') {
      const { complete } = await import('./complete.ts');
      return await complete(program, words, io);
    }
    if (argv.length === 1 && argv[0] === '--help' && !io.stdout.isTerminal()) {
      // This is the most frequent command. Its text is generated in advance, and nothing else needs to be loaded.
      const { readyHelp } = await import('./ready.ts');
      io.stdout.write(await readyHelp());
      return 0;
    }
    const { run } = await import('./run.ts');
    return await run(argv, io);
  } catch (error) {
    if (error instanceof WriteError) return reportWriteError(error, io);
    if (!(error instanceof UsageError)) throw error;
    const { usageLine } = await import('./help.ts');
    // The option --color has not been read yet.
    const style = await styleFor(io.stderr, 'auto', io);
    const message = await describeUsageError(error, argv);
    writeStderr(io, `${style.error(`whmapi1: ${message}`)}\n${usageLine}\nSee whmapi1 --help.\n`);
    return 2;
  }
}

/** @returns the exit status. */
export function reportWriteError({ code, message }: WriteError, io: Io): number {
  // EPIPE: the reader closed the pipe early, which is not an error.
  if (code === 'EPIPE') return 0;
  writeStderr(io, `whmapi1: the response could not be written: ${message}\n`);
  return 1;
}
