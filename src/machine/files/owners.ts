// Names of users and groups of the system, such as “bind”, as numbers.
import { readFile } from 'node:fs/promises';
import { MachineError } from '../../core/machine-error.ts';

/** Packages put their daemons' users into these files, so that no tool has to be asked. */
export async function idOf(kind: 'user' | 'group', who: string | number = 'root'): Promise<number> {
  if (typeof who === 'number') return who;
  if (who === 'root') return 0;
  const text = await readFile(kind === 'user' ? '/etc/passwd' : '/etc/group', 'utf8');
  const line = text.split('\n').find((one) => one.startsWith(`${who}:`));
  const id = line?.split(':')[2];
  if (id === undefined) throw new MachineError('failed', `The system has no ${kind} “${who}”.`);
  return Number(id);
}
