// Identifies processes, and checks whether a process still exists.
import { readFileSync } from 'node:fs';
import type { Processes } from '../core/plan.ts';

const STARTED = 19;

/** `self` is this process, as Node's `process` is. */
export function processesOf(self: Pick<NodeJS.Process, 'pid' | 'kill'>): Processes {
  // Every change asks for it, and it stays the same.
  let own: string | undefined;
  return {
    own: () => (own ??= ownName(self.pid)),
    isAlive: (name) => {
      const [id = '', ...about] = name.split(' ');
      if (!/^[1-9]\d*$/.test(id)) return false;
      try {
        const found = about.length === 0 ? undefined : nameOf(Number(id));
        return found === undefined ? exists(Number(id), self) : found === name;
      } catch {
        // What is alive is left alone, so a process counts as dead only if that is certain.
        return true;
      }
    },
  };
}

function ownName(id: number): string {
  const name = nameOf(id);
  return name === undefined || name === '' ? `${id}` : name;
}

/** Sends the signal by which servers reload their certificate. Does nothing if the process has ended. */
export function requestReload(name: string, { kill }: Pick<NodeJS.Process, 'kill'>): void {
  try {
    kill(Number(name.split(' ')[0]), 'SIGHUP');
  } catch (error) {
    if ((error as { code?: string }).code !== 'ESRCH') throw error;
  }
}

/**
 * The process ID, its start time and the machine's boot ID. A process ID alone is not unique, because it is reused.
 * @returns undefined without /proc. Empty if there is no such process.
 * @throws an error if that is not known, for example because this process can open no file.
 */
function nameOf(id: number): string | undefined {
  const boot = contentOf('/proc/sys/kernel/random/boot_id')?.trim();
  if (boot === undefined) return undefined;
  const stat = contentOf(`/proc/${id}/stat`);
  if (stat === undefined) return '';
  // The program's name is in brackets and can contain any character.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return `${id} ${fields[STARTED]} ${boot}`;
}

/** Undefined if the file does not exist. */
function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as { code?: string }).code ?? '')) return undefined;
    throw error;
  }
}

/** True if any process has the ID. */
function exists(id: number, { kill }: Pick<NodeJS.Process, 'kill'>): boolean {
  try {
    kill(id, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code !== 'ESRCH';
  }
}
