// The parameters and rows that functions for FTP accounts have in common.
import type { Context } from '../../../core/context.ts';
import type { Answer, Field, Param } from '../../../core/define.ts';
import { badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { domainName } from '../../../ground/rules/accounts/names.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import { anonymousLogin, PUBLIC_FOLDER } from './anonymous.ts';
import * as ftp from './ftp-accounts.ts';

export const userParam = {
  type: 'string',
  required: true,
  maxLength: 320,
  doc: 'The FTP account, with or without its domain: web, web@bob.example.',
} as const satisfies Param;

export const domainParam = {
  ...domainName,
  doc: 'The domain of the FTP account. Default: the one in “user”, otherwise the main domain.',
} as const satisfies Param;

export const folderParam = {
  type: 'string',
  maxLength: 4096,
  doc: 'The folder that the FTP account sees, below the home: public_html/shop. Default: a folder of the home with the name of the FTP account.',
} as const satisfies Param;

export const quotaParam = {
  type: 'string',
  pattern: { matches: /^(?:\d{1,8}|unlimited)$/i, expects: 'a number of MiB, or unlimited' },
  doc: 'The quota in MiB. 0 or unlimited: none. Default: 0.',
} as const satisfies Param;

/** In MiB. 0 for none. */
export const readQuota = (given: string | undefined): number =>
  given === undefined || given.toLowerCase() === 'unlimited' ? 0 : Number(given);

const TYPES = ['main', 'sub', 'anonymous', 'logaccess'] as const;
type Type = (typeof TYPES)[number];

const typesParam = { type: 'string', maxLength: 200 } as const;

export const typeParams = {
  include_acct_types: {
    ...typesParam,
    doc: 'List only these types: main, sub and anonymous, with “|” between them. Default: all.',
  },
  skip_acct_types: { ...typesParam, doc: 'Do not list these types.' },
} as const satisfies Record<string, Param>;

interface GivenTypes {
  readonly include_acct_types: string | undefined;
  readonly skip_acct_types: string | undefined;
}

/** A login as it is listed. */
export interface ListedLogin {
  readonly login: string;
  readonly type: Type;
  /** Below the home. */
  readonly folder: string;
  /** In MiB. Null for none. */
  readonly quota: number | null;
}

/** @throws ApiError `bad_param`. */
export async function listLogins(
  db: Context['db'],
  account: Account,
  given: GivenTypes,
): Promise<ListedLogin[]> {
  const { username, settings } = account;
  const included = readTypes('include_acct_types', given.include_acct_types) ?? TYPES;
  const skipped = readTypes('skip_acct_types', given.skip_acct_types) ?? [];
  const accounts = await ftp.listOf(db, username);
  const main: ListedLogin = { login: username, type: 'main', folder: '', quota: settings.diskLimit };
  const subs = accounts.map(({ login, folder, quota }): ListedLogin => {
    return { login, type: 'sub', folder, quota: quota === 0 ? null : quota };
  });
  const logins: ListedLogin[] = [main, ...subs];
  if ((await ftp.settingsOf(db, username)).anonymous) {
    logins.push({
      login: anonymousLogin(account),
      type: 'anonymous',
      folder: PUBLIC_FOLDER,
      quota: null,
    });
  }
  return logins.filter(({ type }) => included.includes(type) && !skipped.includes(type));
}

function readTypes(param: string, given: string | undefined): readonly Type[] | undefined {
  if (given === undefined || given === '') return undefined;
  return given.split('|').map((one) => {
    const type = TYPES.find((known) => known === one);
    if (type !== undefined) return type;
    throw badParam(`The parameter “${param}” should be one of ${TYPES.join(', ')}, not ${quote(one)}.`);
  });
}

export const absoluteFolder = ({ home }: Pick<Account, 'home'>, folder: string) =>
  folder === '' ? home : `${home}/${folder}`;

export const loginRow = {
  fields: {
    user: { type: 'string', doc: 'The login: bob, web@bob.example.' },
    type: { type: 'string', doc: 'main: the account itself. sub: an FTP account. anonymous: anybody.' },
    homedir: { type: 'string', doc: 'The folder that it sees, as an absolute path.' },
  },
} as const satisfies Field;

export const diskRow = {
  fields: {
    login: { type: 'string', doc: 'The login: bob, web@bob.example.' },
    serverlogin: { type: 'string', doc: 'The login that an FTP client must send: the same.' },
    accttype: { type: 'string', doc: 'main, sub or anonymous.' },
    deleteable: { type: 'flag', doc: '1 if it can be deleted: it is an FTP account.' },
    dir: { type: 'string', doc: 'The folder that it sees, as an absolute path.' },
    reldir: { type: 'string', doc: 'The same below the home.' },
    htmldir: { type: 'string|null', doc: 'Always null.' },
    diskquota: { type: 'string', doc: 'The quota in MiB, or “unlimited”.' },
    _diskquota: { type: 'string', doc: 'The quota in bytes. 0 is unlimited.' },
    humandiskquota: { type: 'string', doc: 'The quota with its unit, or “None”.' },
    diskused: { type: 'string', doc: 'What the folder uses, in MiB.' },
    _diskused: { type: 'string', doc: 'The same in bytes.' },
    humandiskused: { type: 'string', doc: 'The same with its unit.' },
    diskusedpercent: { type: 'integer', doc: 'The same in percent of the quota. 0 without a quota.' },
    diskusedpercent20: { type: 'integer', doc: 'The same, rounded to a multiple of 20.' },
  },
} as const satisfies Field;

const MIB = 1024 * 1024;

/** @param bytes what the folder uses. */
export function diskRowOf(account: Account, one: ListedLogin, bytes: number): Answer<typeof diskRow> {
  const { login, type, folder, quota } = one;
  const limit = (quota ?? 0) * MIB;
  const percent = limit === 0 ? 0 : Math.min(100, Math.round((100 * bytes) / limit));
  return {
    ...{ login, serverlogin: login, accttype: type, deleteable: type === 'sub' ? 1 : 0 },
    ...{ dir: absoluteFolder(account, folder), reldir: folder, htmldir: null },
    diskquota: quota === null ? 'unlimited' : String(quota),
    _diskquota: String(limit),
    humandiskquota: quota === null ? 'None' : withUnit(limit),
    diskused: (bytes / MIB).toFixed(2),
    _diskused: String(bytes),
    humandiskused: withUnit(bytes),
    diskusedpercent: percent,
    diskusedpercent20: Math.round(percent / 20) * 20,
  };
}

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const;

function withUnit(bytes: number): string {
  let [size, at] = [bytes, 0];
  for (; size >= 1024 && at < UNITS.length - 1; at++) size /= 1024;
  return `${Number(size.toFixed(2))} ${UNITS[at]}`;
}
