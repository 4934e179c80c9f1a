// Copies a mailbox to another account: its mail, and the scripts of its user. The files are read with the rights of one user
// and written with the rights of the other. The originals stay, so that no crash can lose mail.
import { copyFolder, type Copied } from '../../../../files/driver/document-roots/copied-folder.ts';
import type { MachineUserFiles } from '../../../../../core/machine-user-files.ts';
import { defineStep, type StepResult } from '../../../../../core/plan.ts';

interface Place {
  readonly username: string;
  readonly home: string;
}

interface Input {
  readonly from: Place;
  readonly to: Place;
  /** The folders of mailboxes, below `~/mail` and `~/etc`. */
  readonly folders: readonly { readonly from: string; readonly to: string }[];
}

const PRIVATE_FOLDER = 0o700;

const step = defineStep<Input, undefined, Copied>({
  kind: 'mailboxes/copy-mail',
  describe: ({ from, to, folders }) =>
    `Copy the mail in ${folders.map((one) => `“${from.home}/mail/${one.from}”`).join(', ')} to “${to.home}/mail”, as files ` +
    `of “${to.username}”.`,

  // Undone with the new home (users/create).
  async apply(machine, { input: { from, to, folders } }) {
    const source = await machine.userFiles(from.username);
    const target = await machine.userFiles(to.username);
    const all: Copied[] = [];
    for (const folder of folders) {
      for (const kept of ['mail', 'etc']) {
        const [read, written] = [`${kept}/${folder.from}`, `${kept}/${folder.to}`];
        // Dovecot makes it with the first message or login.
        if ((await source.stat(read))?.kind !== 'directory') continue;
        await makeFolders(target, written);
        const places = { from: { ...from, folder: read }, to: { ...to, folder: written } };
        all.push(await copyFolder(machine, places));
      }
    }
    return {
      files: sum(all.map(({ files }) => files)),
      bytes: sum(all.map(({ bytes }) => bytes)),
      links: sum(all.map(({ links }) => links)),
      rewritten: all.flatMap(({ rewritten }) => rewritten),
      leftOut: all.flatMap(({ leftOut }) => leftOut),
      leftOutCount: sum(all.map(({ leftOutCount }) => leftOutCount)),
    };
  },
});
export default step;

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

async function makeFolders(files: MachineUserFiles, path: string): Promise<void> {
  const parts = path.split('/');
  for (const at of parts.keys()) {
    const folder = parts.slice(0, at + 1).join('/');
    if ((await files.stat(folder)) === undefined) await files.makeDirectory(folder, PRIVATE_FOLDER);
  }
}

/** The last copy among the results of a plan. */
export function lastMailCopyIn(results: readonly StepResult[]): Copied | undefined {
  return step.resultIn(results.toReversed());
}
