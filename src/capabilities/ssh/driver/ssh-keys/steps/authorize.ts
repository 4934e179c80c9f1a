// A key may log in, or may not any more: authorized_keys gets a line for it, or loses it.
import type { FileBackup } from '../../../../../core/machine-daemons.ts';
import { defineStep } from '../../../../../core/plan.ts';
import { linesOfDiff, unifiedDiff } from '../../../../../ground/driver/diffs.ts';
import { withKey, withoutKey } from '../authorized-keys.ts';
import { attributesOf, filesOf, makeFolder, pathOf, readAuthorized, type KeyFolder } from '../folder.ts';
import type { PublicKey } from '../keys.ts';

interface Input {
  readonly folder: KeyFolder;
  readonly change:
    | { readonly key: PublicKey; /** Absent: as they are, or none. */ readonly options?: string | undefined }
    /** The fingerprint of the key that goes. */
    | { readonly without: string };
}

export default defineStep<Input, FileBackup>({
  kind: 'ssh-keys/authorize',
  describe: ({ folder, change }) =>
    `${'key' in change ? 'Allow' : 'Stop'} logins as “${folder.user}” with the key (“${pathOf(folder, 'authorized_keys')}”).`,
  async preview(machine, { folder, change }) {
    const before = await readAuthorized(await filesOf(machine, folder), folder);
    const path = pathOf(folder, 'authorized_keys');
    return linesOfDiff(unifiedDiff({ path, before, after: next(before, change), isSecret: false }));
  },
  async prepare(machine, { folder }) {
    const files = await filesOf(machine, folder);
    return files.backUp(pathOf(folder, 'authorized_keys'));
  },
  async apply(machine, { input: { folder, change } }) {
    const files = await filesOf(machine, folder);
    const before = await readAuthorized(files, folder);
    const after = next(before, change);
    if (after === before) return;
    await makeFolder(files, folder);
    await files.write(pathOf(folder, 'authorized_keys'), after, attributesOf(folder, 0o600));
  },
  async undo(machine, { input: { folder }, memento }) {
    const files = await filesOf(machine, folder);
    await files.restore(pathOf(folder, 'authorized_keys'), memento);
  },
});

function next(before: string, change: Input['change']): string {
  return 'key' in change ? withKey(before, change.key, change.options) : withoutKey(before, change.without);
}
