// The features of many accounts, as records that are never objects of JavaScript.
import type { Caller, Db } from '../../core/context.ts';
import type { FeatureId } from './catalogue.ts';
import * as featureLists from './lists.ts';
import type { NameIndex } from './name-index.ts';
import { LONG } from '../long-list.ts';
import { batchesOf, listsOf, overridesOf } from './of-users.ts';

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
  const lists: FeatureText[][] = [];
  for (const name of names) lists.push(await textsOfList(db, name, ids));
  const chunks = [...batchesOf(users.names)].map((some) => some.join());
  return {
    *inBatchesOf(records) {
      const count = Math.min(LONG, Math.ceil(records / ids.length));
      for (const [number, chunk] of chunks.entries()) {
        const some = chunk.split(',');
        for (let from = 0; from < some.length; from += count) {
          const texts = some.slice(from, from + count).map((user, at) => {
            const list = lists[each[number * LONG + from + at] ?? 0] ?? [];
            return textOf(user, list, overrides.get(user));
          });
          yield `[${texts.join()}]`;
        }
      }
    },
  };
}

/** What follows the account’s name in the record of a feature, by the override of the account. */
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
    const text = (value: string) => `",${members},"cpuser_setting":${value}}`;
    return { id, none: text('null'), enabled: text('1'), disabled: text('0') };
  });
}

/** The records of an account, whose name consists of letters and digits. */
function textOf(
  user: string,
  list: readonly FeatureText[],
  own: ReadonlyMap<string, boolean> | undefined,
): string {
  const start = `{"user":"${user}`;
  let records = '';
  for (const { id, none, enabled, disabled } of list) {
    const override = own?.get(id);
    const end = override === undefined ? none : override ? enabled : disabled;
    records += records === '' ? start + end : `,${start}${end}`;
  }
  return records;
}
