// From the command line to the exit status. What --help and the Tab key need is here; the rest is in run.ts.
import { tell, WriteError, type Io } from './io.ts';
import { styleFor } from './style.ts';
import { UsageError } from './usage-error.ts';

/** @returns the exit status: 0 it worked, 1 it failed, 2 no call was made, 3 the store was out of reach. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    if (argv[0] === '--complete') {
      const { complete } = await import('./complete.ts');
      return await complete(argv.slice(1), io);
    }
    if (argv.length === 1 && argv[0] === '--help' && !io.stdout.isTerminal()) {
      // The most common call of all: nothing else is to be read, and the text is ready.
      const { readyHelp } = await import('./ready.ts');
      io.stdout.write(await readyHelp());
      return 0;
    }
    const { run } = await import('./run.ts');
    return await run(argv, io);
  } catch (error) {
    if (error instanceof WriteError) {
      // A reader that has seen enough is no failure.
      if (error.code === 'EPIPE') return 0;
      tell(io, `whmapi1: the response could not be written: ${error.message}\n`);
      return 1;
    }
    if (!(error instanceof UsageError)) throw error;
    const { usageLine } = await import('./help.ts');
    // What --color says was not read either.
    const style = await styleFor(io.stderr, 'auto', io);
    tell(io, `${style.error(`whmapi1: ${error.message}`)}\n${usageLine}\nSee whmapi1 --help.\n`);
    return 2;
  }
}
