// Who can log in to Dovecot, and where the mail is. One row for each mailbox, and one for each account.
import type { Machine } from '../../../../core/machine.ts';
import type { MachineSqlite, SqliteFile } from '../../../../core/machine-sqlite.ts';
import { FOLDER, IDENTITIES, readable } from './places.ts';

export interface Identity {
  /** `sales@bob.example`, or the name of an account. */
  readonly address: string;
  /** The account. */
  readonly username: string;
  /** As in a shadow file. Null for the account itself, whose password is that of its user. */
  readonly hash: string | null;
  readonly uid: number;
  readonly gid: number;
  /** The folder for its Sieve scripts. */
  readonly home: string;
  readonly maildir: string;
  /** In bytes. Zero: no limit. */
  readonly quota: number;
  /** False: its login is suspended. */
  readonly canLogIn: boolean;
  /** Mail for an address with “+” creates the folder. Undefined in changes of earlier versions: no. */
  readonly createsFolders?: boolean;
}

const SCHEMA = `CREATE TABLE IF NOT EXISTS identity (
  address TEXT NOT NULL PRIMARY KEY,
  username TEXT NOT NULL,
  hash TEXT,
  uid INTEGER NOT NULL,
  gid INTEGER NOT NULL,
  home TEXT NOT NULL,
  maildir TEXT NOT NULL,
  quota INTEGER NOT NULL,
  can_log_in INTEGER NOT NULL,
  creates_folders INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS identity_by_user ON identity (username);`;

interface Row extends Omit<Identity, 'canLogIn' | 'createsFolders'> {
  readonly can_log_in: 0 | 1;
  /** Undefined in the file of an earlier version, before its first change. */
  readonly creates_folders?: 0 | 1;
}

const SELECTED = 'SELECT * FROM identity';

const open = (machine: Pick<Machine, 'sqliteFiles'>): Promise<MachineSqlite> => machine.sqliteFiles([FOLDER]);

/** What changes: first the rows of these are removed, and then some are added. */
export interface IdentityChange {
  readonly usernames?: readonly string[];
  readonly addresses?: readonly string[];
  readonly added: readonly Identity[];
}

/** @returns the rows that the change would remove. */
export async function findIdentities(
  machine: Pick<Machine, 'sqliteFiles'>,
  { usernames = [], addresses = [] }: Omit<IdentityChange, 'added'>,
): Promise<readonly Identity[]> {
  const found = await (
    await open(machine)
  ).read(IDENTITIES, (file) => [
    ...usernames.flatMap((one) => file.all<Row>(`${SELECTED} WHERE username = ?`, one)),
    ...addresses.flatMap((one) => file.all<Row>(`${SELECTED} WHERE address = ?`, one)),
  ]);
  const rows = new Map((found ?? []).map((row) => [row.address, row]));
  return [...rows.values()].map(({ can_log_in: canLogIn, creates_folders: createsFolders, ...row }) => ({
    ...{ ...row, canLogIn: canLogIn === 1, createsFolders: createsFolders === 1 },
  }));
}

/** Creates the file if it is missing. Dovecot uses the change at once. */
export async function changeIdentities(
  machine: Pick<Machine, 'sqliteFiles'>,
  change: IdentityChange,
): Promise<void> {
  await (
    await open(machine)
  ).change(IDENTITIES, { schema: SCHEMA, attributes: readable }, (file) => apply(file, change));
}

function apply(file: SqliteFile, { usernames = [], addresses = [], added }: IdentityChange): void {
  addMissingColumn(file);
  for (const one of usernames) file.run('DELETE FROM identity WHERE username = ?', one);
  for (const one of addresses) file.run('DELETE FROM identity WHERE address = ?', one);
  for (const one of added) {
    const { address, username, hash, uid, gid, home, maildir, quota, canLogIn, createsFolders } = one;
    file.run(
      'INSERT INTO identity (address, username, hash, uid, gid, home, maildir, quota, can_log_in, creates_folders) ' +
        'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[
        address,
        username,
        hash,
        uid,
        gid,
        home,
        maildir,
        quota,
        canLogIn ? 1 : 0,
        createsFolders === true ? 1 : 0,
      ],
    );
  }
}

/** Files of earlier versions do not have it. */
function addMissingColumn(file: SqliteFile): void {
  const columns = file.all<{ readonly name: string }>('PRAGMA table_info(identity)');
  if (columns.some(({ name }) => name === 'creates_folders')) return;
  file.run('ALTER TABLE identity ADD COLUMN creates_folders INTEGER NOT NULL DEFAULT 0');
}
