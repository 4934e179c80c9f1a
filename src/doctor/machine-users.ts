// The users of the machine, or of the sandbox, as the passwd file lists them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHORT_LIMIT_MS, type Subject } from './check.ts';

export interface MachineUser {
  readonly uid: number;
  readonly home: string;
}

/** By their names. */
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

/** Whether any user has this ID, also one whom only a question for it finds (LDAP). */
export async function isKnownId(
  { run }: Subject,
  uid: number,
  users: ReadonlyMap<string, MachineUser>,
): Promise<boolean> {
  // root's folders below /home are no homes.
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
