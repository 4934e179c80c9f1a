// Installs, upgrades and removes packages of the system. Its log is the build log of WHM.
import { defineTask, type TaskContext } from '../../core/task.ts';
import { Turns } from '../../core/turns.ts';
import { lookAtRequest, packagesOf } from '../../capabilities/software/driver/apt/look-debian-packages.ts';
import { packagesOfRoles } from '../driver/roles/look-role-packages.ts';
import type { PackageRequest } from '../../capabilities/software/rules/debian-packages/packages.ts';
import {
  assertAllowed,
  describeChanges,
} from '../../capabilities/software/rules/debian-packages/protection.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';

interface Input {
  /** Null: an upgrade of all packages. */
  readonly request: PackageRequest | null;
}

export default defineTask<Input>({
  description: 'Change packages of the system.',
  // What the interrupted attempt has done is not done again.
  whenInterrupted: 'retry',

  run: (input, context) => turns.run('packages', () => change(input, context)),
});

/** One at a time: a request is checked with what the one before has changed. */
const turns = new Turns({ running: 1, runningPerCaller: 1, waitingPerCaller: Infinity });

async function change({ request: asked }: Input, context: TaskContext) {
  const { machine, log, logFile, signal, progress, transaction } = context;
  signal.throwIfAborted();
  const source = await packagesOf(machine);
  const work = { log, signal, output: logFile };
  progress(5, 'Fetching the lists of packages');
  await source.update(work);
  signal.throwIfAborted();
  progress(25, 'Looking for what has to be changed');
  const installed = await source.installed();
  const request = asked === null ? undefined : withoutRemoved(asked, (name) => installed.has(name));
  // apt may decide otherwise with the new lists.
  const found = await lookAtRequest(machine, request);
  const roles = await transaction('reads', (db) => rolesOf({ db, system: machine.system }));
  assertAllowed(found, { roles, packagesOfRoles });
  const lines = describeChanges(found);
  if (lines.length === 0) {
    log('Nothing has to be changed.');
    return { changed: [] };
  }
  for (const line of lines) log(line);
  progress(30, 'Changing packages');
  const mayRemove = found.changes.some(({ after }) => after === undefined);
  await source.change(request, { ...work, mayRemove });
  return { changed: found.changes.map(({ name }) => name) };
}

/** An earlier attempt may have removed them. */
function withoutRemoved(request: PackageRequest, isInstalled: (name: string) => boolean): PackageRequest {
  return { ...request, remove: request.remove.filter(isInstalled) };
}
