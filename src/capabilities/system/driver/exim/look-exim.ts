// The configuration of Exim on Debian: /etc/exim4, in one file or in many.
import type { Machine } from '../../../../core/machine.ts';
import type { MachineFiles } from '../../../../core/machine-daemons.ts';

const ROOT = '/etc/exim4';

/** Files that an interrupted change has prepared next to those of the configuration, and that Exim does not read. */
export async function listUnfinished(machine: Machine): Promise<string[]> {
  return unfinishedBelow(await machine.files([ROOT]), ROOT);
}

async function unfinishedBelow(files: MachineFiles, path: string): Promise<string[]> {
  const found = await files.listStaged(path);
  for (const name of await files.list(path)) {
    const facts = await files.facts(`${path}/${name}`);
    if (facts?.kind === 'directory') found.push(...(await unfinishedBelow(files, `${path}/${name}`)));
  }
  return found;
}
