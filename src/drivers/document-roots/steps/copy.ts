// Copies the files of a website to the document root of another account. They are read with the rights of one user and
// written with the rights of the other, so that neither can reach the files of anybody else.
import { MachineError } from '../../../core/machine-error.ts';
import type { MachineUserFiles, UserFile } from '../../../core/machine-user-files.ts';
import { defineStep } from '../../../core/plan.ts';

interface Place {
  readonly username: string;
  readonly home: string;
  /** Below the home. */
  readonly folder: string;
}

interface Input {
  readonly from: Place;
  readonly to: Place;
}

export interface Copied {
  readonly files: number;
  readonly bytes: number;
  /** Links and other things that are no files, at most the first hundred, below the folder. */
  readonly leftOut: readonly string[];
}

const MAX_FILE_BYTES = 2 ** 30;
const MAX_LEFT_OUT = 100;

export default defineStep<Input, undefined, Copied>({
  kind: 'document-roots/copy',
  describe: ({ from, to }) =>
    `Copy the files in “${from.home}/${from.folder}” to “${to.home}/${to.folder}”, as files of “${to.username}”.`,

  // Undone with the new home (users/create).
  async apply(machine, { input: { from, to } }) {
    const [source, target] = [await machine.userFiles(from.username), await machine.userFiles(to.username)];
    const leftOut: string[] = [];
    let [files, bytes] = [0, 0];
    const folders = [''];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      const { files: found, isCut } = await source.list(`${from.folder}${folder}`);
      if (isCut) throw tooMany(`${from.home}/${from.folder}${folder}`);
      for (const one of found) {
        const name = `${folder}/${one.name}`;
        if (one.kind === 'directory' && !one.isUnnameable) {
          folders.push(name);
          await makeFolder(target, `${to.folder}${name}`, one);
        } else if (one.kind === 'file' && !one.isUnnameable) {
          bytes += await copyFile({ source, target }, `${from.folder}${name}`, `${to.folder}${name}`);
          files++;
        } else if (leftOut.length < MAX_LEFT_OUT) {
          leftOut.push(name.slice(1));
        }
      }
    }
    return { files, bytes, leftOut };
  },
});

async function makeFolder(target: MachineUserFiles, path: string, { mode }: UserFile): Promise<void> {
  if ((await target.stat(path))?.kind === 'directory') return;
  // The new owner must be able to write the files in it.
  await target.makeDirectory(path, (mode & 0o777) | 0o700);
}

/** @returns its size. A file that was removed meanwhile is left out. */
async function copyFile(
  { source, target }: { source: MachineUserFiles; target: MachineUserFiles },
  from: string,
  to: string,
): Promise<number> {
  const read = await source.read(from, MAX_FILE_BYTES);
  if (read === undefined) return 0;
  await target.write(to, read.content, { mode: read.file.mode & 0o777 });
  return read.content.length;
}

function tooMany(path: string): MachineError {
  return new MachineError('failed', `The folder “${path}” has too many files to be copied.`);
}
