// The rules for the names of databases and their users.
import type { Db } from '../../../core/context.ts';
import type { Param } from '../../../core/define.ts';
import { badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import * as tweakSettings from '../../../ground/rules/tweak-settings.ts';

export type DatabaseEngine = 'mysql' | 'postgresql';
export type ObjectKind = 'database' | 'user';

/** The numbers of characters of the account’s name that a prefix can have. */
export const prefixSizes = [8, 16] as const;
export type PrefixSize = (typeof prefixSizes)[number];

export const prefixSizeParam = {
  type: 'string',
  values: ['8', '16'],
  default: '16',
  doc: 'How many characters of the account’s name the prefix has at most.',
} as const satisfies Param;

/** The value of `prefixSizeParam`. */
export const prefixSizeOf = (given: '8' | '16'): PrefixSize => (given === '8' ? 8 : 16);

/** In characters, with the prefix. */
export const maxLengths = {
  mysql: { database: 64, user: 47 },
  // The role that owns a database has six more characters: see `ownerOf` in src/capabilities/databases/driver/postgresql/contract.ts.
  postgresql: { database: 57, user: 63 },
} as const satisfies Record<DatabaseEngine, Record<ObjectKind, number>>;

/** For parameters that name an existing database or user. Its owner is checked when the call knows it. */
export const objectName = { type: 'string', required: true, maxLength: 256 } as const satisfies Omit<
  Param,
  'doc'
>;

/** For parameters with the name of a new one. */
export const newName = { ...objectName } as const;

/** What a new name may consist of. MariaDB distinguishes the case of letters; PostgreSQL changes them to lower case. */
const characters = {
  mysql: { matches: /^[A-Za-z0-9_-]+$/, expects: 'letters, digits, “_” and “-”' },
  postgresql: { matches: /^[a-z0-9_]+$/, expects: 'lower-case letters, digits and “_”' },
} as const;

/** How the names of users begin that exist as long as a session (`session-users.ts`). */
export const SESSION_PREFIX = 'cpses_';

export const isSessionUser = (name: string) => name.startsWith(SESSION_PREFIX);

/** The servers’ own databases and users, and those of tools. */
const reserved: Readonly<Record<ObjectKind, ReadonlySet<string>>> = {
  database: new Set([
    ...['mysql', 'sys', 'test', 'information_schema', 'performance_schema', 'innodb', '#mysql50#lost+found'],
    ...['postgres', 'template0', 'template1', 'phpmyadmin', 'phppgadmin', 'whmapi1'],
  ]),
  user: new Set([
    ...['root', 'mysql', 'mariadb', 'public', 'debian-sys-maint', 'mariadb-backup', 'phpmyadmin', 'none'],
    ...['postgres', 'pgbouncer', 'replication', 'whmapi1'],
  ]),
};

const nouns = { database: 'database', user: 'database user' } as const;

/** The start of the names of an account’s databases: `bob_`. */
export function prefixOf(username: string, size: PrefixSize = 16): string {
  return `${username.slice(0, size)}_`;
}

/** Both prefixes. No two accounts share the first eight characters, so neither fits another account. */
export function prefixesOf(username: string): string[] {
  return [...new Set(prefixSizes.map((size) => prefixOf(username, size)))];
}

/** True if the name begins with a prefix of the account. */
export function hasPrefixOf(username: string, name: string): boolean {
  return prefixesOf(username).some((prefix) => name.startsWith(prefix) && name !== prefix);
}

/** `shop` for `bob_shop`. */
export function withoutPrefix(username: string, name: string): string {
  const prefix = prefixesOf(username).find((one) => name.startsWith(one)) ?? '';
  return name.slice(prefix.length);
}

/** True if names of new databases and users must begin with the account’s name: a tweak setting. */
export async function usesPrefix(db: Db): Promise<boolean> {
  return ((await tweakSettings.read(db, 'Main', 'database_prefix')) ?? '1') === '1';
}

/** How an account may name what it creates. */
export interface NameRule {
  readonly engine: DatabaseEngine;
  readonly kind: ObjectKind;
  /** The account. */
  readonly username: string;
  readonly prefixSize?: PrefixSize | undefined;
}

/**
 * Checks the name of a new database or user.
 * @param param the parameter with the name.
 * @throws ApiError `bad_param` with the reason.
 */
export async function assertNewName(db: Db, param: string, name: string, rule: NameRule): Promise<void> {
  const { engine, kind, username, prefixSize = 16 } = rule;
  const { matches, expects } = characters[engine];
  if (!matches.test(name)) {
    throw badParam(`The parameter “${param}” should consist of ${expects}, not ${quote(name)}.`);
  }
  assertLength(engine, kind, name);
  if (await usesPrefix(db)) {
    const prefix = prefixOf(username, prefixSize);
    if (name.startsWith(prefix) && name !== prefix) return;
    throw badParam(
      `The name of a ${nouns[kind]} of this account begins with “${prefix}”, such as “${prefix}shop”. ` +
        `“${name}” does not.`,
    );
  }
  if (isReserved(kind, name)) {
    throw badParam(`“${name}” is a reserved name on this server. Choose another name.`);
  }
  await assertNotOfAnother(db, name, username);
}

/** @throws ApiError `bad_param`. */
function assertLength(engine: DatabaseEngine, kind: ObjectKind, name: string): void {
  const most = maxLengths[engine][kind];
  const length = lengthOf(engine, kind, name);
  if (length > most) {
    const double =
      length === name.length ? '' : ' Each “_” counts as two characters, because grants need it so.';
    throw badParam(
      `The name “${name}” is too long: it has ${length} of at most ${most} characters.${double}`,
    );
  }
}

/**
 * The name that a database or user with an account’s prefix has after the account is renamed. Its prefix keeps its kind.
 * @throws ApiError `bad_param` if it is too long.
 */
export function nameAfterRenaming(
  { engine, kind }: Pick<NameRule, 'engine' | 'kind'>,
  name: string,
  { from, to }: { readonly from: string; readonly to: string },
): string {
  const size = prefixSizes.findLast((one) => name.startsWith(prefixOf(from, one))) ?? 16;
  const renamed = prefixOf(to, size) + name.slice(prefixOf(from, size).length);
  assertLength(engine, kind, renamed);
  return renamed;
}

/** True if a name is one of the servers’ own, or of a tool that administrators install. */
export function isReserved(kind: ObjectKind, name: string): boolean {
  const isOfSession = kind === 'user' && isSessionUser(name.toLowerCase());
  return isOfSession || reserved[kind].has(name.toLowerCase()) || name.startsWith('pg_');
}

/** MariaDB escapes “_” in a grant, whose name for a database can have 64 characters. */
function lengthOf(engine: DatabaseEngine, kind: ObjectKind, name: string): number {
  return engine === 'mysql' && kind === 'database' ? name.replaceAll('_', '__').length : name.length;
}

/** Names that begin with another account’s name would be that account’s. */
async function assertNotOfAnother(db: Db, name: string, username: string): Promise<void> {
  const [start = ''] = name.split('_', 1);
  if (start === name || start === username) return;
  const other = await db.get<{ username: string }>(
    'SELECT username FROM account WHERE (username = ? OR substr(username, 1, 8) = ?) AND username <> ?',
    ...[start, start, username],
  );
  if (other === undefined) return;
  throw badParam(`The name “${name}” begins with the name of another account. Choose another name.`);
}
