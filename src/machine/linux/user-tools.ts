// Calls useradd(8) and chpasswd(8).
import type { NewMachineUser } from '../../core/machine.ts';
import { alreadyExists } from '../../core/machine-values.ts';
import type { Run } from './run.ts';

/** Statuses of useradd(8). */
const UID_TAKEN = 4;
const NAME_TAKEN = 9;

/**
 * Does not create the home, which would be incomplete while the skeleton is copied.
 * @throws MachineError `exists` if the name, the group or the user ID is taken
 */
export async function addUser(run: Run, { name, home, shell, comment, uid }: NewMachineUser): Promise<void> {
  const options = {
    '--home-dir': home,
    '--shell': shell,
    '--comment': comment,
    ...(uid === undefined ? {} : { '--uid': String(uid) }),
  };
  // A hosting account does not need a range of subordinate IDs (user namespaces).
  const keys = ['SUB_UID_COUNT=0', 'SUB_GID_COUNT=0'].flatMap((key) => ['--key', key]);
  const words = ['--no-create-home', '--user-group', '--no-log-init', ...Object.entries(options).flat()];
  const { status } = await run('useradd', [...words, ...keys, '--', name], {
    accept: [0, UID_TAKEN, NAME_TAKEN],
  });
  if (status === UID_TAKEN) throw alreadyExists(`The user ID ${uid}`);
  if (status === NAME_TAKEN) throw alreadyExists(`The user or group “${name}”`);
}

export async function changePassword(run: Run, name: string, password: string): Promise<void> {
  await run('chpasswd', [], { input: `${name}:${password}\n` });
}
