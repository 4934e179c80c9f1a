// Protects a directory of an account by passwords: its .htaccess, and the file with the users, which is in a directory
// that only the account and the web server can enter.
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import makeFolders from '../driver/steps/make-folders.ts';
import write from '../driver/steps/write.ts';
import make from '../../files/driver/document-roots/steps/make.ts';
import type { ChangedFile } from './change-access-files.ts';

interface DirectoryPrivacy {
  readonly username: string;
  readonly home: string;
  /** Below the home, for all files with users. */
  readonly root: string;
  /** Below it, from the outermost one on. Absolute. */
  readonly folders: readonly string[];
  readonly files: readonly ChangedFile[];
}

const change = defineChange<null>({
  kind: 'change-directory-privacy',
  // The account's files alone have it.
  store: async () => undefined,
});
export default change;

export function changeDirectoryPrivacy({ username, home, root, folders, files }: DirectoryPrivacy): Plan {
  const changed = files.filter(({ before, after }) => before !== after);
  return change.plan(null, {
    locks: [exclusive(`account ${username}`)],
    steps: [
      make.plan({ username, home, folder: root }),
      makeFolders.plan({ name: username, folders }),
      ...(changed.length === 0 ? [] : [write.plan({ name: username, files: changed })]),
    ],
  });
}
