// What `--doctor` says of configurations that should be this program’s own.
import type { MachineFiles } from '../../core/machine-daemons.ts';

export interface OwnConfiguration {
  /** Whose it is: `Exim`. */
  readonly name: string;
  readonly path: string;
}

/** @returns a sentence for each that is missing, or that somebody else has written. */
export async function configurationProblems(
  files: Pick<MachineFiles, 'origin'>,
  configurations: readonly OwnConfiguration[],
): Promise<string[]> {
  const problems: string[] = [];
  for (const { name, path } of configurations) {
    const origin = await files.origin(path);
    if (origin === 'ours') continue;
    const state =
      origin === 'absent' ? 'is missing' : 'was not written by this program, or was edited by hand';
    problems.push(`The configuration of ${name}, “${path}”, ${state}.`);
  }
  return problems;
}
