// The FTP accounts of the store: logins with a password, a folder and a quota of their own. They act as the user of the
// account that they belong to.
import type { Db } from '../../../core/context.ts';
import { ApiError, badParam, notFound } from '../../../core/errors.ts';
import { HOME_FOLDERS, HOME_LINKS } from '../../../core/home-layout.ts';
import { quote } from '../../../core/quote.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import { anonymousLogin, PUBLIC_FOLDER } from './anonymous.ts';
import { listOf as listDomains } from '../../domains/rules/hosted-domains.ts';
import { renamesOf } from '../../domains/rules/renamed-domains.ts';

/** The feature of an account that may have FTP accounts. */
export const FEATURE = 'ftpaccts';
export const ROLE = 'FTP';

export interface FtpAccount {
  /** NAME@DOMAIN */
  readonly login: string;
  readonly username: string;
  readonly domain: string;
  /** In a form of crypt(5). */
  readonly hash: string;
  /** Below the home. Empty for the home itself. */
  readonly folder: string;
  /** In MiB. 0 for none. */
  readonly quota: number;
}

export interface FtpSettings {
  /** Anybody may read `public_ftp`. */
  readonly anonymous: boolean;
  /** Anybody may also write to `public_ftp/incoming`. */
  readonly incoming: boolean;
  /** FTP accounts work although the account is suspended. */
  readonly onWhileSuspended: boolean;
}

const COLUMNS = 'login, username, domain, hash, folder, quota';

export function listOf(db: Db, username: string): Promise<FtpAccount[]> {
  return db.all(`SELECT ${COLUMNS} FROM ftp_account WHERE username = ? ORDER BY login`, username);
}

/** @throws ApiError `not_found`. Those of others get the same answer as unknown names. */
export async function get(db: Db, username: string, login: string): Promise<FtpAccount> {
  const found = await db.get<FtpAccount>(
    `SELECT ${COLUMNS} FROM ftp_account WHERE username = ? AND login = ?`,
    ...[username, login],
  );
  if (found !== undefined) return found;
  throw notFound(`You do not have an FTP account ${quote(login)}. Run Ftp::list_ftp to list them.`);
}

export async function insert(db: Db, account: FtpAccount): Promise<void> {
  const { login, username, domain, hash, folder, quota } = account;
  await db.run(
    `INSERT INTO ftp_account (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`,
    ...[login, username, domain, hash, folder, quota],
  );
}

export async function update(db: Db, { login, hash, folder, quota }: FtpAccount): Promise<void> {
  await db.run(
    'UPDATE ftp_account SET hash = ?, folder = ?, quota = ? WHERE login = ?',
    ...[hash, folder, quota, login],
  );
}

export async function remove(db: Db, login: string): Promise<void> {
  await db.run('DELETE FROM ftp_account WHERE login = ?', login);
}

/** A domain has another name. */
export async function renameDomain(db: Db, from: string, to: string): Promise<void> {
  await db.run(
    'UPDATE ftp_account SET login = substr(login, 1, length(login) - length(domain)) || ?, domain = ? WHERE domain = ?',
    ...[to, to, from],
  );
}

export async function removeDomain(db: Db, domain: string): Promise<void> {
  await db.run('DELETE FROM ftp_account WHERE domain = ?', domain);
}

const DEFAULTS: FtpSettings = { anonymous: false, incoming: false, onWhileSuspended: false };

export async function settingsOf(db: Db, username: string): Promise<FtpSettings> {
  const row = await db.get<{ anonymous: number; incoming: number; onWhileSuspended: number }>(
    `SELECT anonymous, incoming, on_while_suspended AS "onWhileSuspended" FROM ftp_setting WHERE username = ?`,
    username,
  );
  if (row === undefined) return DEFAULTS;
  return {
    anonymous: row.anonymous === 1,
    incoming: row.incoming === 1,
    onWhileSuspended: row.onWhileSuspended === 1,
  };
}

export async function storeSettings(db: Db, username: string, changed: Partial<FtpSettings>): Promise<void> {
  const { anonymous, incoming, onWhileSuspended } = { ...(await settingsOf(db, username)), ...changed };
  await db.run(
    `INSERT INTO ftp_setting (username, anonymous, incoming, on_while_suspended) VALUES (?, ?, ?, ?)
     ON CONFLICT (username) DO UPDATE SET anonymous = excluded.anonymous, incoming = excluded.incoming,
       on_while_suspended = excluded.on_while_suspended`,
    ...[username, Number(anonymous), Number(incoming), Number(onWhileSuspended)],
  );
}

/** A login as ProFTPD must know it. */
type Login = Pick<FtpAccount, 'login' | 'hash' | 'folder' | 'quota'>;

/** What ProFTPD must know of an account. `hasOwn`: it logs in itself. */
export interface Logins {
  readonly username: string;
  readonly hasOwn: boolean;
  readonly accounts: readonly Login[];
}

type LoginAccount = Pick<Account, 'username' | 'domain' | 'suspendedAt'>;

/** @param settings those that it will have. Default: the stored ones. */
export async function loginsOf(db: Db, account: LoginAccount, settings?: FtpSettings): Promise<Logins> {
  const { username, suspendedAt } = account;
  const { anonymous, onWhileSuspended } = settings ?? (await settingsOf(db, username));
  const isActive = suspendedAt === null;
  const visitors = isActive && anonymous ? [anonymousAccount(account)] : [];
  const accounts = isActive || onWhileSuspended ? await listOf(db, username) : [];
  return { username, hasOwn: isActive, accounts: [...accounts, ...visitors] };
}

/** No password is right for it. ProFTPD asks for none, once it is set up for visitors. */
const anonymousAccount = (account: Pick<Account, 'domain'>): Login => ({
  ...{ login: anonymousLogin(account), hash: '*', folder: PUBLIC_FOLDER, quota: 0 },
});

/**
 * The same for an account that gets another name or domain.
 * @throws ApiError `bad_param` if a login would be too long.
 */
export async function changedLoginsOf(db: Db, before: Account, after: Account): Promise<Logins> {
  const { accounts, ...logins } = await loginsOf(db, before);
  const renames = renamesOf(before, after, await listDomains(db, before.username));
  return {
    ...logins,
    username: after.username,
    accounts: accounts.map((one) => {
      const at = one.login.lastIndexOf('@') + 1;
      const domain = one.login.slice(at);
      const login = `${one.login.slice(0, at)}${renames.get(domain) ?? domain}`;
      assertLength(login);
      return { ...one, login };
    }),
  };
}

/** The longest login that can have a quota: `mod_quotatab_file` has no room for more. */
const MAX_LOGIN = 80;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,31}$/;
/** Logins without a password. */
const RESERVED: ReadonlySet<string> = new Set(['ftp', 'anonymous']);

interface GivenLogin {
  /** `web`, or `web@bob.example`. */
  readonly user: string;
  /** Undefined: the domain in `user`, otherwise the main domain. */
  readonly domain: string | undefined;
}

/** The login that a call names. */
export function loginOf(account: Pick<Account, 'domain'>, { user, domain }: GivenLogin): string {
  const at = user.lastIndexOf('@');
  if (at < 0) return `${user}@${domain ?? account.domain}`;
  const own = user.slice(at + 1).toLowerCase();
  if (domain !== undefined && domain !== own)
    throw badParam(
      `The parameters “user” and “domain” name different domains: ${quote(own)}, ${quote(domain)}.`,
    );
  return `${user.slice(0, at)}@${own}`;
}

/**
 * Checks the login of a new FTP account.
 * @returns the login and its domain. @throws ApiError `bad_param`.
 */
export async function newLogin(
  db: Db,
  account: Account,
  given: GivenLogin & { readonly disallowdot: boolean },
): Promise<{ readonly login: string; readonly domain: string }> {
  const whole = loginOf(account, given);
  const at = whole.lastIndexOf('@');
  const domain = whole.slice(at + 1);
  const name = given.disallowdot ? whole.slice(0, at).replaceAll('.', '') : whole.slice(0, at);
  if (!NAME.test(name)) {
    throw badParam(
      `Invalid FTP account ${quote(name)}: use at most 32 letters, digits, “.”, “_”, “+” and “-”, the first a letter or ` +
        'a digit.',
    );
  }
  if (RESERVED.has(name.toLowerCase()))
    throw badParam(`The name “${name}” is that of anonymous FTP. Choose another one.`);
  const own = [account.domain, ...(await listDomains(db, account.username)).map((one) => one.domain)];
  if (!own.includes(domain)) throw badParam(`The domain ${quote(domain)} is not one of your domains.`);
  const login = `${name}@${domain}`;
  assertLength(login);
  if ((await db.get('SELECT login FROM ftp_account WHERE login = ?', login)) !== undefined)
    throw badParam(`The FTP account “${login}” already exists.`);
  return { login, domain };
}

function assertLength(login: string): void {
  if (login.length <= MAX_LOGIN) return;
  throw badParam(`The FTP account ${quote(login)} would be longer than ${MAX_LOGIN} characters.`);
}

/**
 * Checks that an account may have one more FTP account. The plan must hold the lock of the account.
 * @throws ApiError `limit_reached`.
 */
export async function assertMayAdd(db: Db, { username, settings }: Account): Promise<void> {
  const limit = settings.maxFtpAccounts;
  if (limit === null) return;
  const has = (await listOf(db, username)).length;
  if (has < limit) return;
  throw new ApiError(
    'limit_reached',
    `The account “${username}” may have ${limit} FTP accounts, and has ${has}. Raise the limit with modifyacct ` +
      'MAXFTP=, or delete an FTP account first.',
  );
}

const MAX_FOLDER = 1000;
const MAX_PART_BYTES = 255;
/** A colon ends a field in ProFTPD's file of logins. */
const UNUSABLE = /[:\p{Cc}\p{Cs}]/u;

/**
 * @param given below the home (`public_html/shop`, also with a slash before it), or absolute in it.
 * @returns the path below the home. Empty for the home itself. @throws ApiError `bad_param`.
 */
export function readFolder(home: string, given: string): string {
  const below = given === home || given.startsWith(`${home}/`) ? given.slice(home.length) : given;
  const parts = below.split('/').filter((part) => part !== '' && part !== '.');
  const folder = parts.join('/');
  const isUsable =
    folder.length <= MAX_FOLDER &&
    !parts.includes('..') &&
    !UNUSABLE.test(folder) &&
    parts.every((part) => new TextEncoder().encode(part).length <= MAX_PART_BYTES);
  if (isUsable) return folder;
  throw badParam(
    `The parameter “homedir” should be a folder in the home, such as public_html/shop, not ${quote(given)}. It can have ` +
      'neither “..” nor a colon.',
  );
}

/**
 * Checks that a folder may be removed with its FTP account.
 * @throws ApiError `bad_param` for the home, its own folders, the document root of a domain, and a folder that another FTP
 * account uses.
 */
export async function assertRemovable(
  db: Db,
  account: Account,
  { login, folder }: FtpAccount,
): Promise<void> {
  const roots = (await listDomains(db, account.username)).map(({ documentRoot }) => documentRoot ?? '');
  const others = (await listOf(db, account.username)).filter((one) => one.login !== login);
  const used = [
    ...Object.keys(HOME_FOLDERS),
    ...Object.keys(HOME_LINKS),
    ...roots,
    ...others.map((one) => one.folder),
  ];
  const isKept = folder === '' || used.some((one) => one === folder || one.startsWith(`${folder}/`));
  if (!isKept) return;
  throw badParam(
    `The folder “${account.home}/${folder}” has another purpose too, so it is not removed. Delete the FTP account with ` +
      'destroy=0.',
  );
}
