// Creates, changes and deletes FTP accounts of an account.
import type { Db } from '../../../core/context.ts';
import { defineChange, exclusive, type Plan, type PlannedStep } from '../../../core/plan.ts';
import makeFolders from '../../access-files/driver/steps/make-folders.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import endSessions from '../driver/steps/end-sessions.ts';
import removeFolder from '../driver/steps/remove-folder.ts';
import writeLogins from '../driver/steps/write-logins.ts';
import * as ftp from '../rules/ftp-accounts.ts';

interface ChangeFtpAccounts {
  readonly added: readonly ftp.FtpAccount[];
  readonly changed: readonly ftp.FtpAccount[];
  /** Logins. */
  readonly removed: readonly string[];
}

const change = defineChange<ChangeFtpAccounts>({
  kind: 'change-ftp-accounts',
  async store(db, { added, changed, removed }) {
    for (const login of removed) await ftp.remove(db, login);
    for (const account of changed) await ftp.update(db, account);
    for (const account of added) await ftp.insert(db, account);
  },
});
export default change;

interface Wanted extends Partial<ChangeFtpAccounts> {
  /** Folders that are created if they do not exist. */
  readonly folders?: readonly string[];
  /** A folder that is removed with its contents. */
  readonly removedFolder?: string;
  /** Logins whose sessions end. */
  readonly ended?: readonly string[];
}

export async function changeFtpAccounts(db: Db, account: Account, wanted: Wanted): Promise<Plan> {
  const { added = [], changed = [], removed = [], folders = [], removedFolder, ended = [] } = wanted;
  const { username, home } = account;
  const { accounts: present, ...logins } = await ftp.loginsOf(db, account);
  const gone = new Set([...removed, ...changed.map(({ login }) => login)]);
  const accounts = [...present.filter(({ login }) => !gone.has(login)), ...changed, ...added];
  const paths = folders.flatMap((folder) => foldersOf(home, folder));
  const steps: PlannedStep[] = [
    ...(paths.length === 0 ? [] : [makeFolders.plan({ name: username, folders: paths })]),
    writeLogins.plan({ ...logins, accounts }),
    ...(ended.length === 0 ? [] : [endSessions.plan({ username, logins: ended })]),
    ...(removedFolder === undefined ? [] : [removeFolder.plan({ username, folder: removedFolder })]),
  ];
  return change.plan({ added, changed, removed }, { locks: [exclusive(`account ${username}`)], steps });
}

/** The folder and those above it, from the outermost one on. */
function foldersOf(home: string, folder: string): string[] {
  const parts = folder.split('/').filter((part) => part !== '');
  return parts.map((_, at) => `${home}/${parts.slice(0, at + 1).join('/')}`);
}
