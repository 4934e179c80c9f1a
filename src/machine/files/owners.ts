// Converts names of system users and groups, such as “bind”, to IDs.
import { readFile } from 'node:fs/promises';
import { MachineError } from '../../core/machine-error.ts';

/** Packages add their daemons’ users to these files, so no other program is needed. */
export async function idOf(kind: 'user' | 'group', who: string | number = 'root'): Promise<number> {
  if (typeof who === 'number') return who;
  if (who === 'root') return 0;
  const text = await readFile(kind === 'user' ? '/etc/passwd' : '/etc/group', 'utf8');
  const line = text.split('\n').find((one) => one.startsWith(`${who}:`));
  const id = line?.split(':')[2];
  if (id === undefined) throw new MachineError('failed', `The system has no ${kind} “${who}”.`);
  return Number(id);
}
