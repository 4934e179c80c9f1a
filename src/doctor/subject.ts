// Opens an installation for checks. Its store is opened only if a check asks for it, and is not created.
import { existsSync } from 'node:fs';
import type { ChosenMachine } from '../machine/choose.ts';
import { run } from '../machine/linux/run.ts';
import { processesOf } from '../machine/processes.ts';
import { inspectStore, type InspectedStore } from '../store/inspect.ts';
import { runningServers } from '../store/running-servers.ts';
import { StateDirectory } from '../store/state-directory.ts';
import type { Subject } from '../ground/doctor/check.ts';

/** The limit for each statement of a check, so that an unresponsive store does not make it hang. */
const ANSWER_LIMIT_MS = 10_000;

export interface ExaminedInstallation {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly userId: number;
  readonly stateDirectory: string;
  /** The top directory of the installed program. */
  readonly program: string;
  readonly machine: ChosenMachine;
  readonly now: () => number;
}

export async function withSubject<T>(
  installation: ExaminedInstallation,
  work: (subject: Subject) => Promise<T>,
): Promise<T> {
  const { environment, userId, stateDirectory, machine } = installation;
  const { isAlive } = processesOf(process);
  let opened: Promise<InspectedStore | undefined> | undefined;
  try {
    return await work({
      ...installation,
      isSandbox: machine.system.isSandbox,
      run,
      isAlive,
      hostname: machine.system.hostname,
      // The directory is not created just to read it.
      store: async () =>
        (opened ??= existsSync(stateDirectory)
          ? inspectStore(environment, new StateDirectory(stateDirectory, userId), {
              answerLimitMs: ANSWER_LIMIT_MS,
            })
          : Promise.resolve(undefined)),
      servers: () => runningServers(stateDirectory, isAlive),
    });
  } finally {
    await opened?.then(
      (store) => store?.close(),
      () => undefined,
    );
  }
}
