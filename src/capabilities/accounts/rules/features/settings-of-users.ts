// The features of many accounts, as records that are never objects of JavaScript.
import type { Caller, Db } from '../../../../core/context.ts';
import type { FeatureId } from './catalogue.ts';
import * as featureLists from './lists.ts';
import type { NameIndex } from './name-index.ts';
import * as accounts from '../accounts.ts';
import { LONG } from '../../../../ground/rules/long-list.ts';
import { jsonList } from '../../../../ground/rules/stored-list.ts';

export interface FeatureRecord {
  readonly user: string;
  readonly feature: FeatureId;
  readonly feature_list: string;
  readonly feature_list_setting: 0 | 1;
  /** The override of the account. Null if there is none. */
  readonly cpuser_setting: 0 | 1 | null;
}

/** Records of accounts (`FeatureRecord`): each feature of each account, in the order of both. */
interface FeatureRecords {
  /** Yields JSON lists of about so many records, as JSON.stringify writes them. None is empty. */
  readonly inBatchesOf: (records: number) => Generator<string>;
}

/** @throws ApiError that of the first account that `accounts.get` does not return. */
export async function recordsOf(
  db: Db,
  caller: Caller,
  users: NameIndex,
  ids: readonly FeatureId[],
): Promise<FeatureRecords> {
  const { names, each } = await listsOf(db, caller, users);
  const overrides = await overridesOf(db, users);
  const lists: FeatureText[][] = [];
  for (const name of names) lists.push(await textsOfList(db, name, ids));
  return {
    *inBatchesOf(records) {
      const count = Math.ceil(records / ids.length);
      // The list keeps its memory from batch to batch, so that there is little to be collected.
      const parts = [`[${BEFORE_NAME}`];
      for (let from = 0; from < users.names.length; from += count) {
        let size = 1;
        for (let at = from; at < Math.min(from + count, users.names.length); at++) {
          const user = users.names[at] ?? '';
          const own = overrides.get(user);
          for (const text of lists[each[at] ?? 0] ?? []) {
            parts[size++] = user;
            parts[size++] = textOf(text, own?.get(text.id));
          }
        }
        parts[size - 1] = `${parts[size - 1]?.slice(0, -BETWEEN.length) ?? ''}}]`;
        parts.length = size;
        yield parts.join('');
      }
    },
  };
}

const BEFORE_NAME = '{"user":"';
/** The end of a record, and what is before the name of the next. */
const BETWEEN = `},${BEFORE_NAME}`;

/** What is between the account’s name in the record of a feature and the next name, by the override of the account. */
interface FeatureText {
  readonly id: FeatureId;
  readonly none: string;
  readonly enabled: string;
  readonly disabled: string;
}

async function textsOfList(db: Db, list: string, ids: readonly FeatureId[]): Promise<FeatureText[]> {
  const settings = await featureLists.getSettings(db, list);
  const disabled = await featureLists.listDisabled(db, list);
  return ids.map((id) => {
    const setting = settings[id] && !disabled.has(id) ? 1 : 0;
    const members = `"feature":"${id}","feature_list":${JSON.stringify(list)},"feature_list_setting":${setting}`;
    const text = (value: string) => `",${members},"cpuser_setting":${value}${BETWEEN}`;
    return { id, none: text('null'), enabled: text('1'), disabled: text('0') };
  });
}

function textOf({ none, enabled, disabled }: FeatureText, override: boolean | undefined): string {
  if (override === undefined) return none;
  return override ? enabled : disabled;
}

// The feature lists and the overrides of many accounts, for a call that names them.

/** The feature list of each account, as an index of `names`, in the order of the accounts. */
interface ListsOfUsers {
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
async function listsOf(db: Db, caller: Caller, users: NameIndex): Promise<ListsOfUsers> {
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
type Overrides = ReadonlyMap<string, ReadonlyMap<string, boolean>>;

interface Override {
  readonly username: string;
  readonly feature: string;
  readonly enabled: 0 | 1;
}

/** Returns the overrides of those of the accounts that have any. */
async function overridesOf(db: Db, users: NameIndex): Promise<Overrides> {
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
