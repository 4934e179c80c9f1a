// whmapi1 --sandbox-services: serves the DNS zones and databases of a sandbox until the process is stopped.
import { ApiError, errorKinds } from '../core/errors.ts';
import { MachineError } from '../core/machine-error.ts';
import { visible } from '../core/quote.ts';
import { startSandboxServices } from '../administration/sandbox-services.ts';
import { writeStderr, type Io } from './io.ts';

/** @returns the exit status: 0 after SIGINT or SIGTERM, 1 if a server exited by itself. */
export async function runSandboxServices(io: Io): Promise<number> {
  const interrupted = new Promise<undefined>((interrupt) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt(undefined));
  });
  try {
    const { lines, ended, stop } = await startSandboxServices(io.environment);
    try {
      io.stdout.write(`${lines.join('\n')}\n`);
      const end = await Promise.race([ended, interrupted]);
      if (end === undefined) return 0;
      writeStderr(io, `whmapi1: ${end.name} has ended. Its log ends with: ${visible(end.log)}\n`);
      return 1;
    } finally {
      await stop();
    }
  } catch (error) {
    if (error instanceof ApiError) {
      writeStderr(io, `whmapi1: ${visible(error.message)}\n`);
      return errorKinds[error.code].exit;
    }
    if (!(error instanceof MachineError)) throw error;
    writeStderr(io, `whmapi1: ${visible(error.message)}\n`);
    return errorKinds.host_failed.exit;
  }
}
