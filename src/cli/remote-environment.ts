// Creates the environment of remote calls from the process.
import { setTimeout } from 'node:timers/promises';
import { SetupError } from '../remote/setup-error.ts';
import type { RemoteEnvironment } from '../remote/environment.ts';
import { writeStderr, type Io } from './io.ts';
import { UsageError } from './usage-error.ts';

export function createRemoteEnvironment(io: Io): RemoteEnvironment {
  const { environment, ask } = io;
  return {
    environment,
    now: () => Date.now(),
    random: () => Math.random(),
    pause: (milliseconds) => setTimeout(milliseconds),
    warn: (sentence) => writeStderr(io, `whmapi1: ${sentence}\n`),
    ...(ask === undefined ? {} : { ask }),
  };
}

/** Inconsistent settings are mistakes in the command line, or in the files that it names. */
export async function withSetupErrors(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof SetupError ? new UsageError(error.message) : error;
  }
}
