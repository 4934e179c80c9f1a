// Identifies processes, and checks whether a process still exists.
import { readFileSync } from 'node:fs';
import type { Processes } from '../core/plan.ts';

const STARTED = 19;

/** `self` is this process, as Node's `process` is. */
export function processesOf(self: Pick<NodeJS.Process, 'pid' | 'kill'>): Processes {
  // Every change asks for it, and it stays the same.
  let own: string | undefined;
  return {
    own: () => (own ??= nameOf(self.pid) ?? `${self.pid}`),
    isAlive: (name) => {
      const [id = ''] = name.split(' ');
      return /^[1-9]\d*$/.test(id) && (nameOf(Number(id)) ?? liveId(id, self)) === name;
    },
  };
}

/** Sends the signal by which servers reload their certificate. Does nothing if the process has ended. */
export function requestReload(name: string, { kill }: Pick<NodeJS.Process, 'kill'>): void {
  try {
    kill(Number(name.split(' ')[0]), 'SIGHUP');
  } catch (error) {
    if ((error as { code?: string }).code !== 'ESRCH') throw error;
  }
}

/** The process ID, its start time and the machine's boot ID. A process ID alone is not unique, because it is reused. */
function nameOf(id: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
    // The program's name is in brackets and can contain any character.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return `${id} ${fields[STARTED]} ${boot}`;
  } catch {
    return undefined;
  }
}

/** Without /proc: the process ID, if a process has it. */
function liveId(id: string, { kill }: Pick<NodeJS.Process, 'kill'>): string | undefined {
  try {
    kill(Number(id), 0);
    return id;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM' ? id : undefined;
  }
}
