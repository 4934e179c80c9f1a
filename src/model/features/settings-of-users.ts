// The features of many accounts, as records that are never objects of JavaScript.
import type { Caller, Db } from '../../core/context.ts';
import type { FeatureId } from './catalogue.ts';
import * as featureLists from './lists.ts';
import type { NameIndex } from './name-index.ts';
import { LONG } from '../long-list.ts';
import { batchesOf, listsOf, overridesOf, type Overrides } from './of-users.ts';

export interface FeatureRecord {
  readonly user: string;
  readonly feature: FeatureId;
  readonly feature_list: string;
  readonly feature_list_setting: 0 | 1;
  /** The override of the account. Null if there is none. */
  readonly cpuser_setting: 0 | 1 | null;
}

/** Records of accounts (`FeatureRecord`): each feature of each account, in the order of both. */
export interface FeatureRecords {
  /** Yields JSON lists of about so many records, as JSON.stringify writes them. None is empty. */
  readonly inBatchesOf: (records: number) => Generator<string>;
}

/** A feature of a feature list. */
interface Feature {
  readonly id: FeatureId;
  /** The text of a record between the account’s name and the value of `cpuser_setting`. */
  readonly text: string;
}

/**
 * The names are kept as texts, because many strings would take long to be collected while the response is written.
 * @throws ApiError that of the first account that `accounts.get` does not return.
 */
export async function recordsOf(
  db: Db,
  caller: Caller,
  users: NameIndex,
  ids: readonly FeatureId[],
): Promise<FeatureRecords> {
  const { names, each } = await listsOf(db, caller, users);
  const overrides = await overridesOf(db, users);
  const lists: Feature[][] = [];
  for (const name of names) lists.push(await featuresOf(db, name, ids));
  const chunks = [...batchesOf(users.names)].map((some) => some.join());
  return {
    *inBatchesOf(records) {
      const count = Math.min(LONG, Math.ceil(records / ids.length));
      for (const [number, chunk] of chunks.entries()) {
        const some = chunk.split(',');
        const listAt = (at: number) => lists[each[number * LONG + at] ?? 0] ?? [];
        for (let from = 0; from < some.length; from += count) {
          const to = Math.min(from + count, some.length);
          yield textOfBatch({ users: some, from, to, listAt, overrides });
        }
      }
    },
  };
}

interface Batch {
  readonly users: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly listAt: (at: number) => readonly Feature[];
  readonly overrides: Overrides;
}

function textOfBatch({ users, from, to, listAt, overrides }: Batch): string {
  const texts: string[] = [];
  for (let at = from; at < to;) {
    const list = listAt(at);
    const own = overrides.get(users[at] ?? '');
    let end = at + 1;
    if (own === undefined)
      while (end < to && listAt(end) === list && !overrides.has(users[end] ?? '')) end += 1;
    texts.push(textOf(list, users.slice(at, end), own, [at === from ? '[' : ',', end === to ? ']' : '']));
    at = end;
  }
  return texts.join('');
}

const START = '{"user":"';

/**
 * The records of accounts with the same feature list and the same overrides. Between two names is always the same text, or
 * between all mentions of one name. The name of an account consists of letters and digits.
 */
function textOf(
  list: readonly Feature[],
  users: readonly string[],
  own: ReadonlyMap<string, boolean> | undefined,
  [before, after]: readonly [before: string, after: string],
): string {
  const ends = list.map(({ id, text }) => `${text}${valueOf(own?.get(id))}}`);
  const [end = ''] = ends;
  if (ends.length === 1) {
    // What comes before and after is joined too, because JavaScript would copy the whole text to add it.
    const texts = users.map((user, at) => (at === 0 ? `${before}${START}${user}` : user));
    texts.push(`${texts.pop() ?? ''}${end}${after}`);
    return texts.join(`${end},${START}`);
  }
  const between = [START, ...ends.map((one, at) => (at < ends.length - 1 ? `${one},${START}` : one))];
  return `${before}${users.map((user) => between.join(user)).join(',')}${after}`;
}

const valueOf = (override: boolean | undefined) => (override === undefined ? 'null' : override ? '1' : '0');

async function featuresOf(db: Db, list: string, ids: readonly FeatureId[]): Promise<Feature[]> {
  const settings = await featureLists.getSettings(db, list);
  const disabled = await featureLists.listDisabled(db, list);
  return ids.map((id) => {
    const setting = settings[id] && !disabled.has(id) ? 1 : 0;
    const members = `"feature":"${id}","feature_list":${JSON.stringify(list)},"feature_list_setting":${setting}`;
    return { id, text: `",${members},"cpuser_setting":` };
  });
}
