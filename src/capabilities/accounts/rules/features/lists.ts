// Feature lists: the features that the accounts of a package have.
import type { Db } from '../../../../core/context.ts';
import type { Param } from '../../../../core/define.ts';
import { badParam, notFound } from '../../../../core/errors.ts';
import { quote } from '../../../../core/quote.ts';
import * as accounts from '../accounts.ts';
import { features, type FeatureId } from './catalogue.ts';

/** Lists that always exist. A feature that is disabled in the list “disabled” is disabled for everybody. */
const DEFAULT = 'default';
export const DISABLED = 'disabled';

/** The name of a feature list. */
export const featureListName = {
  type: 'string',
  pattern: {
    matches: /^[A-Za-z0-9_-](?:[A-Za-z0-9 _.-]{0,62}[A-Za-z0-9_.-])?$/,
    expects: 'at most 64 letters, digits, spaces, “_”, “-” and “.”, but not starting with a dot or a space',
  },
  doc: 'A feature list.',
} as const satisfies Param;

export type Settings = Readonly<Partial<Record<FeatureId, boolean>>>;

export async function listNames(db: Db): Promise<string[]> {
  const rows = await db.all<{ name: string }>('SELECT name FROM feature_list ORDER BY name');
  return rows.map((row) => row.name);
}

async function exists(db: Db, name: string): Promise<boolean> {
  return isPermanent(name) || (await db.get('SELECT 1 FROM feature_list WHERE name = ?', name)) !== undefined;
}

/** @throws ApiError `not_found`; `bad_param` for a list that packages cannot use. */
export async function assertUsable(db: Db, name: string): Promise<void> {
  if (name === DISABLED) {
    throw badParam(
      'The feature list “disabled” contains the features that are disabled for everyone. It cannot be assigned to a package. Choose another feature list.',
    );
  }
  if (!(await exists(db, name))) throw noSuchList(name);
}

/** Returns, for each feature of the catalogue, whether the list has it. @throws ApiError `not_found`. */
export async function getSettings(db: Db, name: string): Promise<Record<FeatureId, boolean>> {
  const list = await db.get<{ others: 0 | 1 }>('SELECT others FROM feature_list WHERE name = ?', name);
  if (list === undefined) throw noSuchList(name);
  const entries = await db.all<{ feature: string; enabled: 0 | 1 }>(
    'SELECT feature, enabled FROM feature_list_entry WHERE feature_list = ?',
    name,
  );
  const enabled = new Map(entries.map((entry) => [entry.feature, entry.enabled]));
  return Object.fromEntries(features.map(({ id }) => [id, (enabled.get(id) ?? list.others) === 1])) as Record<
    FeatureId,
    boolean
  >;
}

/** Returns the features that the list “disabled” disables for every other list. For “disabled” itself, returns none. */
export async function listDisabled(db: Db, name: string): Promise<ReadonlySet<FeatureId>> {
  if (name === DISABLED) return new Set();
  const settings = await getSettings(db, DISABLED);
  return new Set(features.map(({ id }) => id).filter((id) => !settings[id]));
}

/** Creates a list with exactly the given features. @throws ApiError `bad_param` if it must not be overwritten. */
export async function create(db: Db, name: string, settings: Settings, overwrite: boolean): Promise<void> {
  if (isPermanent(name)) {
    throw badParam(`The feature list ${quote(name)} always exists. Change it with update_featurelist.`);
  }
  if (!overwrite && (await exists(db, name))) {
    throw badParam(
      `The feature list ${quote(name)} already exists. Replace it with overwrite=1, or choose another name.`,
    );
  }
  await db.run('DELETE FROM feature_list_entry WHERE feature_list = ?', name);
  await insertIfAbsent(db, name);
  await putSettings(db, name, settings);
}

/** Changes only the given features. Creates the list if it does not exist. */
export async function update(db: Db, name: string, settings: Settings): Promise<void> {
  await insertIfAbsent(db, name);
  await putSettings(db, name, settings);
}

/** @throws ApiError `not_found`; `bad_param` for a list that is in use or always exists. */
export async function remove(db: Db, name: string): Promise<void> {
  if (isPermanent(name)) {
    throw badParam(`The feature list ${quote(name)} cannot be deleted: it always exists.`);
  }
  const plan = await db.get<{ name: string }>(
    'SELECT name FROM package WHERE feature_list = ? ORDER BY name LIMIT 1',
    name,
  );
  if (plan !== undefined) {
    throw badParam(
      `The feature list ${quote(name)} is assigned to the package ${quote(plan.name)}. Assign another one to that package first.`,
    );
  }
  const user = await accounts.findUserOf(db, 'feature_list', name);
  if (user !== undefined) {
    throw badParam(
      `The feature list ${quote(name)} is assigned to the account ${quote(user)}. Assign another one to that account first.`,
    );
  }
  if ((await db.run('DELETE FROM feature_list WHERE name = ?', name)) === 0) throw noSuchList(name);
  await db.run('DELETE FROM feature_list_entry WHERE feature_list = ?', name);
}

function isPermanent(name: string): boolean {
  return name === DEFAULT || name === DISABLED;
}

function noSuchList(name: string) {
  return notFound(`There is no feature list ${quote(name)}. Run get_featurelists to list the feature lists.`);
}

async function insertIfAbsent(db: Db, name: string): Promise<void> {
  await db.run('INSERT INTO feature_list (name, others) VALUES (?, 0) ON CONFLICT DO NOTHING', name);
}

async function putSettings(db: Db, name: string, settings: Settings): Promise<void> {
  for (const [feature, enabled] of Object.entries(settings)) {
    await db.run(
      `INSERT INTO feature_list_entry (feature_list, feature, enabled) VALUES (?, ?, ?)
       ON CONFLICT (feature_list, feature) DO UPDATE SET enabled = excluded.enabled`,
      name,
      feature,
      enabled ? 1 : 0,
    );
  }
}
