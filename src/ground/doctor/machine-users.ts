// The users of the machine or the sandbox, from the passwd file.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHORT_LIMIT_MS, type Subject } from './check.ts';

export interface MachineUser {
  readonly uid: number;
  readonly home: string;
}

/** The users by name. */
export async function usersOf({
  isSandbox,
  stateDirectory,
  run,
}: Subject): Promise<Map<string, MachineUser>> {
  const text = isSandbox
    ? read(join(stateDirectory, 'root/etc/passwd'))
    : (await run('getent', ['passwd'], { limitMs: SHORT_LIMIT_MS })).stdout;
  const users = new Map<string, MachineUser>();
  for (const line of text.split('\n')) {
    const [name = '', , uid, , , home = ''] = line.split(':');
    if (name !== '') users.set(name, { uid: Number(uid), home });
  }
  return users;
}

/** True if any user has this ID, including users who are not listed and can only be looked up (LDAP). */
export async function isKnownId(
  { run }: Subject,
  uid: number,
  users: ReadonlyMap<string, MachineUser>,
): Promise<boolean> {
  // Root's directories below /home are not homes.
  if (uid === 0 || [...users.values()].some((user) => user.uid === uid)) return true;
  const { status } = await run('getent', ['passwd', String(uid)], {
    accept: [0, 2],
    limitMs: SHORT_LIMIT_MS,
  });
  return status === 0;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return '';
    throw error;
  }
}
