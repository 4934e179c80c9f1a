// Which process is at work, and whether one that was is still there.
import { readFileSync } from 'node:fs';
import type { Processes } from '../core/plan.ts';

const STARTED = 19;

/** `self` is this process, as Node's `process` is. */
export function processesOf(self: Pick<NodeJS.Process, 'pid' | 'kill'>): Processes {
  return {
    own: () => nameOf(self.pid) ?? `${self.pid}`,
    isAlive: (name) => {
      const [id = ''] = name.split(' ');
      return /^[1-9]\d*$/.test(id) && (nameOf(Number(id)) ?? liveId(id, self)) === name;
    },
  };
}

/** Its id, when it was started and in which run of the machine: an id alone is given out again. */
function nameOf(id: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
    // The program's name stands in brackets and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return `${id} ${fields[STARTED]} ${boot}`;
  } catch {
    return undefined;
  }
}

/** Where there is no /proc: the id, if a process has it. */
function liveId(id: string, { kill }: Pick<NodeJS.Process, 'kill'>): string | undefined {
  try {
    kill(Number(id), 0);
    return id;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM' ? id : undefined;
  }
}
