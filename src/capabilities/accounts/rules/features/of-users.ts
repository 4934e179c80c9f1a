// The feature lists and the overrides of many accounts, for a call that names them.
import type { Caller, Db } from '../../../../core/context.ts';
import * as accounts from '../accounts.ts';
import { LONG } from '../../../../ground/rules/long-list.ts';
import { jsonList } from '../../../../ground/rules/stored-list.ts';
import type { NameIndex } from './name-index.ts';

/** The feature list of each account, as an index of `names`, in the order of the accounts. */
export interface ListsOfUsers {
  readonly names: readonly string[];
  readonly each: Uint32Array;
}

/** Where the list of an account is not known. */
const NONE = 2 ** 32 - 1;
/** If the call names at least one account in so many, the names of all are read in the order of an index. */
const ONE_IN = 4;
/** How many names are read at once then. */
const AT_ONCE = 5000;

/** @throws ApiError that of the first account that `accounts.get` does not return. */
export async function listsOf(db: Db, caller: Caller, users: NameIndex): Promise<ListsOfUsers> {
  const { length } = users.names;
  const names: string[] = [];
  const each = new Uint32Array(length).fill(NONE);
  if (length > LONG && (await areMost(db, caller, length))) {
    for await (const { list, members } of membersOfLists(db, caller)) {
      if (names.at(-1) !== list) names.push(list);
      const index = names.length - 1;
      users.forEachIndexOf(members, (at) => {
        each[at] = index;
      });
    }
  } else {
    const indexes = new Map<string, number>();
    let at = 0;
    for (const some of batchesOf(users.names)) {
      for (const list of await listsOfSome(db, caller, some)) {
        if (list !== null && !indexes.has(list)) indexes.set(list, names.push(list) - 1);
        each[at++] = list === null ? NONE : (indexes.get(list) ?? NONE);
      }
    }
  }
  const missing = each.indexOf(NONE);
  if (missing >= 0) await accounts.assertVisible(db, caller, users.names[missing] ?? '');
  return { names, each };
}

/** True if so many accounts are a good part of those that the caller sees. */
async function areMost(db: Db, caller: Caller, count: number): Promise<boolean> {
  const { where, values } = accounts.visibleTo(db, caller);
  const sql = `SELECT count(*) AS "all" FROM account WHERE ${where}`;
  const row = await db.get<{ all: number }>(sql, ...values);
  return (row?.all ?? 0) <= ONE_IN * count;
}

interface Members {
  readonly list: string;
  /** The names of accounts, with spaces between them. */
  readonly members: string;
}

/** Yields the feature lists, each several times, with some of their accounts. The database reads only an index. */
async function* membersOfLists(db: Db, caller: Caller): AsyncGenerator<Members> {
  const { where, values } = accounts.visibleTo(db, caller);
  const next = `SELECT feature_list AS list FROM account WHERE ${where} AND feature_list > ?
    ORDER BY feature_list LIMIT 1`;
  const some = `SELECT username FROM account WHERE ${where} AND feature_list = ? AND username > ?
    ORDER BY username LIMIT ${AT_ONCE}`;
  const joined = `SELECT string_agg(username, ' ') AS members, max(username) AS last FROM (${some}) AS batch`;
  for (let list: string | undefined = ''; ;) {
    list = (await db.get<{ list: string }>(next, ...values, list))?.list;
    if (list === undefined) return;
    for (let last = ''; ;) {
      const row = await db.get<{ members: string | null; last: string }>(joined, ...values, list, last);
      if (row === undefined || row.members === null) break;
      yield { list, members: row.members };
      ({ last } = row);
    }
  }
}

/** Null for an account that `accounts.get` does not return. */
function listsOfSome(db: Db, caller: Caller, some: readonly string[]): Promise<(string | null)[]> {
  const { where, values } = accounts.visibleTo(db, caller);
  return jsonList(
    db,
    `SELECT account.feature_list AS item FROM ${db.dialect.eachOf('?', 'wanted')}
     LEFT JOIN account ON account.username = wanted.value AND ${where} ORDER BY wanted.key`,
    [JSON.stringify(some), ...values],
  );
}

/** Yields up to `LONG` names at a time. */
function* batchesOf(names: readonly string[]): Generator<string[]> {
  for (let at = 0; at < names.length; at += LONG) yield names.slice(at, at + LONG);
}

/** The features that are enabled or disabled for an account, regardless of its feature list. */
export type Overrides = ReadonlyMap<string, ReadonlyMap<string, boolean>>;

interface Override {
  readonly username: string;
  readonly feature: string;
  readonly enabled: 0 | 1;
}

/** Returns the overrides of those of the accounts that have any. */
export async function overridesOf(db: Db, users: NameIndex): Promise<Overrides> {
  const found = new Map<string, Map<string, boolean>>();
  const add = (rows: readonly Override[]) => {
    for (const { username, feature, enabled } of rows) {
      const own = found.get(username) ?? new Map<string, boolean>();
      found.set(username, own.set(feature, enabled === 1));
    }
  };
  // Most servers have few.
  const first = await db.all<Override>(
    `SELECT username, feature, enabled FROM feature_override LIMIT ${LONG + 1}`,
  );
  if (first.length <= LONG) {
    add(first.filter(({ username }) => users.indexOf(username) >= 0));
    return found;
  }
  const sql = `SELECT username, feature, enabled FROM ${db.dialect.eachOf('?', 'wanted')}
    JOIN feature_override ON feature_override.username = wanted.value`;
  for (const some of batchesOf(users.names)) add(await db.all<Override>(sql, JSON.stringify(some)));
  return found;
}
