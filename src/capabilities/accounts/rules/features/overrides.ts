// Features that are enabled or disabled for an account, regardless of its feature list.
import type { Db } from '../../../../core/context.ts';
import { badParam } from '../../../../core/errors.ts';
import { quote } from '../../../../core/quote.ts';
import type { Json } from '../../../../core/values.ts';
import * as accounts from '../accounts.ts';
import type { Account } from '../accounts.ts';
import { features, isFeature, type FeatureId } from './catalogue.ts';
import { readIds } from './ids.ts';
import * as featureLists from './lists.ts';

/** Reads `{"backup":1,"webmail":0}`. @throws ApiError `bad_param`. */
export async function readSettings(given: Json): Promise<featureLists.Settings> {
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  if (!isObject || Object.keys(given).length === 0) {
    throw badParam(
      'The parameter “features” should be a JSON object of features, each with 1 or 0, such as {"backup":1}.',
    );
  }
  const ids = await readIds(Object.keys(given));
  const flags = ids.map((id) => ({ id, has: readFlag(given[id]) }));
  const bad = flags.filter(({ has }) => has === undefined);
  if (bad.length > 0) {
    throw badParam(bad.map(({ id }) => `The feature ${quote(id)} should be 1 or 0.`).join(' '));
  }
  return Object.fromEntries(flags.map(({ id, has }) => [id, has]));
}

/** Reads `["backup","webmail"]`. @throws ApiError `bad_param`. */
export async function readNames(given: Json): Promise<FeatureId[]> {
  if (Array.isArray(given) && given.length > 0 && given.every((one) => typeof one === 'string')) {
    return readIds(given);
  }
  throw badParam('The parameter “features” should be a JSON array of features, such as ["backup"].');
}

/** Returns the overrides of an account. */
export async function list(db: Db, username: string): Promise<ReadonlyMap<string, boolean>> {
  const rows = await db.all<{ feature: string; enabled: 0 | 1 }>(
    'SELECT feature, enabled FROM feature_override WHERE username = ?',
    username,
  );
  return new Map(rows.map(({ feature, enabled }) => [feature, enabled === 1]));
}

/** Adds overrides to the account's existing ones. */
export async function put(db: Db, username: string, settings: featureLists.Settings): Promise<void> {
  for (const [feature, enabled] of Object.entries(settings)) {
    await db.run(
      `INSERT INTO feature_override (username, feature, enabled) VALUES (?, ?, ?)
       ON CONFLICT (username, feature) DO UPDATE SET enabled = excluded.enabled`,
      username,
      feature,
      enabled ? 1 : 0,
    );
  }
}

/** Returns false if there was no such override. */
export async function remove(db: Db, username: string, feature: FeatureId): Promise<boolean> {
  const removed = await db.run(
    'DELETE FROM feature_override WHERE username = ? AND feature = ?',
    username,
    feature,
  );
  return removed > 0;
}

/** True if the account has each feature of the catalogue; as `has`. */
export async function ofAccount(
  db: Db,
  { username, settings }: Account,
): Promise<ReadonlyMap<FeatureId, boolean>> {
  const disabled = await featureLists.listDisabled(db, settings.featureList);
  const overrides = await list(db, username);
  const listed = await featureLists.getSettings(db, settings.featureList);
  return new Map(features.map(({ id }) => [id, !disabled.has(id) && (overrides.get(id) ?? listed[id])]));
}

/**
 * True if the account has the feature, by an override or otherwise its feature list. Features that the list “disabled”
 * disables are disabled for everybody.
 */
export async function has(db: Db, account: Account, feature: FeatureId): Promise<boolean> {
  const { username, settings } = account;
  if ((await featureLists.listDisabled(db, settings.featureList)).has(feature)) return false;
  const override = (await list(db, username)).get(feature);
  return override ?? (await featureLists.getSettings(db, settings.featureList))[feature];
}

/** True if the account with this name exists and has the feature. */
export async function mayUse(db: Db, username: string, feature: string): Promise<boolean> {
  const account = await accounts.find(db, username);
  return account !== undefined && isFeature(feature) && has(db, account, feature);
}

function readFlag(value: Json | undefined): boolean | undefined {
  if (value === 1 || value === '1' || value === true) return true;
  return value === 0 || value === '0' || value === false ? false : undefined;
}
