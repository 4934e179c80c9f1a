// Where file systems are mounted (proc_pid_mountinfo(5)).
import { readFile } from 'node:fs/promises';

/** The mount points, in the order in which they were mounted. */
export type ListMounts = () => Promise<string[]>;

export const mountPoints: ListMounts = async () => {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  return lines.map((line) => unescapeMount(line.split(' ')[4] ?? '')).filter((point) => point !== '');
};

/** The kernel writes a space, a tab, a newline and a backslash as three octal digits: `\\040`. */
export function unescapeMount(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_all, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
