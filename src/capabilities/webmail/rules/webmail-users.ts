// Which mailbox the rows of Roundcube belong to. Roundcube knows names alone: without this, its rows would stay when a mailbox
// is removed, and whoever has the same name later would see them.
import type { Db } from '../../../core/context.ts';

/** A mailbox, or an account with its own. */
export interface WebmailUser {
  /** `sales@bob.example`, `bob` */
  readonly login: string;
  /** When it was created, what else stays if it gets another name, and, of a mailbox, the user ID of its account. */
  readonly key: string;
  /** The address that it sends as. */
  readonly address: string;
}

const MAILBOX = `SELECT mailbox.local_part || '@' || mailbox.domain AS login,
    mailbox.created_at || ' ' || mailbox.local_part || ' ' || account.uid AS key,
    mailbox.local_part || '@' || mailbox.domain AS address
  FROM mailbox JOIN account ON account.username = mailbox.username WHERE account.server = ?`;
const ACCOUNT = `SELECT username AS login, created_at || ' ' || uid AS key, username || '@' || domain AS address
  FROM account WHERE server = ?`;

/** @param login undefined: all of this server. */
async function present(db: Db, login?: string): Promise<readonly WebmailUser[]> {
  if (login === undefined) {
    const mailboxes = await db.all<WebmailUser>(MAILBOX, db.server);
    return [...mailboxes, ...(await db.all<WebmailUser>(ACCOUNT, db.server))];
  }
  const at = login.lastIndexOf('@');
  return at < 0
    ? db.all<WebmailUser>(`${ACCOUNT} AND username = ?`, db.server, login)
    : db.all<WebmailUser>(
        `${MAILBOX} AND mailbox.domain = ? AND mailbox.local_part = ?`,
        ...[db.server, login.slice(at + 1), login.slice(0, at)],
      );
}

const stored = (db: Db) =>
  db.all<WebmailUser>(
    'SELECT login, mailbox_key AS key, address FROM webmail_user WHERE server = ?',
    db.server,
  );

const isSame = (one: WebmailUser | undefined, other: WebmailUser) =>
  one?.key === other.key && one.address === other.address;

/** True if all that was used in webmail is as it was. Reads little: most mailboxes are not used there. */
export async function isUpToDate(db: Db): Promise<boolean> {
  for (const one of await stored(db)) {
    const [now] = await present(db, one.login);
    if (now === undefined || !isSame(now, one)) return false;
  }
  return true;
}

/** True if the rows of this name are those of the mailbox that has it now. */
export async function isFollowed(db: Db, login: string): Promise<boolean> {
  const sql = 'SELECT login, mailbox_key AS key, address FROM webmail_user WHERE server = ? AND login = ?';
  const known = await db.get<WebmailUser>(sql, db.server, login);
  const [now] = await present(db, login);
  return now !== undefined && isSame(known, now);
}

/** The key without the account of a mailbox, which an earlier version did not store. */
const withoutAccount = (key: string): string => key.split(' ').slice(0, 2).join(' ');

/** What happens to users of Roundcube. */
export interface RoundcubeChange {
  readonly removed: readonly string[];
  readonly renamed: readonly {
    readonly from: string;
    readonly to: string;
    readonly oldAddress: string;
    readonly newAddress: string;
  }[];
}

/** @param logins that Roundcube has. */
export async function changeFor(db: Db, logins: readonly string[]): Promise<RoundcubeChange> {
  const known = new Map((await stored(db)).map((one) => [one.login, one]));
  const all = await present(db);
  const byLogin = new Map(all.map((one) => [one.login, one]));
  const removed: string[] = [];
  const renamed: RoundcubeChange['renamed'][number][] = [];
  for (const login of logins) {
    const [was, now] = [known.get(login), byLogin.get(login)];
    // An earlier version stored nothing.
    const key = was?.key ?? now?.key;
    // Only in its own account can a mailbox have got another name. If its domain moved to another account, it has kept it.
    const heirs = all.filter((one) => one.key === key);
    const isStill = now !== undefined && key !== undefined && withoutAccount(now.key) === withoutAccount(key);
    const heir = isStill ? now : heirs.length === 1 ? heirs[0] : undefined;
    if (heir === undefined) removed.push(login);
    else if (was !== undefined && (heir.login !== login || heir.address !== was.address))
      renamed.push({ from: login, to: heir.login, oldAddress: was.address, newAddress: heir.address });
  }
  return { removed, renamed };
}

/** After the change. @param logins that Roundcube has now. */
export async function remember(db: Db, logins: readonly string[]): Promise<void> {
  const all = new Map((await present(db)).map((one) => [one.login, one]));
  // Somebody has just logged in, and Roundcube is making its rows.
  const begun = (await stored(db)).filter((one) => isSame(all.get(one.login), one));
  await db.run('DELETE FROM webmail_user WHERE server = ?', db.server);
  for (const login of new Set([...logins, ...begun.map((one) => one.login)])) {
    const one = all.get(login);
    if (one !== undefined) await add(db, one);
  }
}

/** Before the first page of a login: Roundcube makes its rows then. */
export async function rememberLogin(db: Db, login: string): Promise<void> {
  const [now] = await present(db, login);
  await db.run('DELETE FROM webmail_user WHERE server = ? AND login = ?', db.server, login);
  if (now !== undefined) await add(db, now);
}

const add = (db: Db, { login, key, address }: WebmailUser) =>
  db.run(
    'INSERT INTO webmail_user (server, login, mailbox_key, address) VALUES (?, ?, ?, ?)',
    ...[db.server, login, key, address],
  );
