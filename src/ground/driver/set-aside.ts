// Takes the files out of a daemon’s configuration that keep it from starting, so that it works for everybody else again.
import type { FileAttributes, MachineFiles } from '../../core/machine-daemons.ts';
import { MachineError } from '../../core/machine-error.ts';

/** So many files at most: if there are more, something else is wrong. */
const MAX_FILES = 50;

/** A file that this program has written, and that keeps the daemon from starting. */
export interface BlamedFile {
  readonly path: string;
  /** What is written instead. Undefined to remove the file. */
  readonly replacement?: { readonly content: string; readonly attributes: FileAttributes } | undefined;
  /** How people bring a removed file back, as a sentence. */
  readonly advice: string;
}

export interface Rejection {
  /** What the daemon says of its configuration, as a sentence. */
  readonly message: string;
  /** Undefined if no file of this program is to blame. */
  readonly blamed: BlamedFile | undefined;
}

export interface RejectingDaemon {
  readonly files: MachineFiles;
  /** Undefined if the daemon accepts its configuration. */
  readonly rejection: () => Promise<Rejection | undefined>;
  /** What works again: `so that Apache serves all other websites`. */
  readonly purpose: string;
}

/**
 * Changes files until the daemon accepts its configuration. Each is copied to the backups.
 * @returns a sentence for each file. @throws MachineError if the daemon rejects something else.
 */
export async function setAside({ files, rejection, purpose }: RejectingDaemon): Promise<readonly string[]> {
  const told: string[] = [];
  for (;;) {
    const rejected = await rejection();
    if (rejected === undefined) return told;
    const { blamed } = rejected;
    const message = rejected.message.replace(/(?<![.!?])$/, '.');
    if (blamed === undefined || told.length >= MAX_FILES)
      throw new MachineError('failed', [...told, message].join(' '));
    const { path, replacement, advice } = blamed;
    const { copy } = await files.backUp(path);
    if (replacement === undefined) await files.remove(path);
    else await files.write(path, replacement.content, replacement.attributes);
    const [done, next] = replacement === undefined ? ['set aside', [advice]] : ['written again', []];
    // It was missing.
    const kept = copy === null ? [] : [`The copy is “${copy}” in the folder of backups.`];
    told.push([`“${path}” was ${done}, ${purpose}.`, message, ...kept, ...next].join(' '));
  }
}
