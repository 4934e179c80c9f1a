// Builds what administration works with, as app.ts does for calls: --doctor, --backup, --restore and --log.
import { examine, type CheckFinding } from './doctor/examine.ts';
import { locate } from './app.ts';
import { isMachine } from './host/choose.ts';
import { run } from './host/linux/run.ts';
import { processesOf } from './host/processes.ts';
import { system } from './host/system.ts';
import { inspectStore, type InspectedStore } from './store/inspect.ts';
import { runningServers } from './store/running-servers.ts';
import { StateDirectory } from './store/state-directory.ts';
import { existsSync } from 'node:fs';

export { isToFix } from './doctor/examine.ts';
export type { CheckFinding } from './doctor/examine.ts';
export type { Severity } from './doctor/check.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Installation {
  readonly stateDirectory: string;
  readonly userId: number;
  readonly isSandbox: boolean;
}

/** The installation of this user and environment. Nothing is created. */
export function locateInstallation(environment: Environment): Installation {
  const { userId, stateDirectory } = locate(environment);
  return { userId, stateDirectory, isSandbox: !isMachine({ userId, stateDirectory }) };
}

/** Makes all checks of --doctor. `program` is the top folder of the installed program. */
export async function examineInstallation(
  environment: Environment,
  program: string,
  show: (finding: CheckFinding) => void,
): Promise<CheckFinding[]> {
  const installation = locateInstallation(environment);
  const { stateDirectory, userId } = installation;
  const { isAlive } = processesOf(process);
  let opened: Promise<InspectedStore | undefined> | undefined;
  try {
    return await examine(
      {
        ...installation,
        environment,
        program,
        run,
        isAlive,
        now: () => Date.now(),
        hostname: system.hostname,
        // The directory is not created for a look at it.
        store: async () =>
          (opened ??= existsSync(stateDirectory)
            ? inspectStore(environment, new StateDirectory(stateDirectory, userId))
            : Promise.resolve(undefined)),
        servers: () => runningServers(stateDirectory, isAlive),
      },
      show,
    );
  } finally {
    await opened?.then(
      (store) => store?.close(),
      () => undefined,
    );
  }
}
