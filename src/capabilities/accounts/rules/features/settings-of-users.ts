// The features of many accounts, as records that are never objects of JavaScript.
import type { Caller, Db } from '../../../../core/context.ts';
import type { FeatureId } from './catalogue.ts';
import * as featureLists from './lists.ts';
import type { NameIndex } from './name-index.ts';
import { listsOf, overridesOf } from './of-users.ts';

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
