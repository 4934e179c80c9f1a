// Hosting packages: their settings and their owners.
import { seesAll } from '../../../../core/access.ts';
import type { Caller, Db } from '../../../../core/context.ts';
import type { Param } from '../../../../core/define.ts';
import { ApiError, badParam, denied, notFound } from '../../../../core/errors.ts';
import { quote } from '../../../../core/quote.ts';
import * as accounts from '../accounts.ts';
import * as featureLists from '../features/lists.ts';
import { assertAllowed } from './privileges.ts';
import { settingColumns, settingsOf, settingsSelected, settingValues } from './settings.ts';
import type { Settings, SettingsRow } from './settings.ts';

/** The value is null for an extension without one. */
export interface Extension {
  readonly name: string;
  readonly value: string | null;
}

export interface Package {
  readonly name: string;
  readonly owner: string;
  readonly settings: Settings;
  readonly extensions: readonly Extension[];
}

/** The name of a package. The rules are the same as for feature lists. */
export const packageName = { ...featureLists.featureListName, doc: 'A package.' } as const satisfies Param;

/** The name of an existing package. */
export const existingPackage = { ...packageName, completes: 'package' } as const satisfies Param;

/** The package that always exists. */
const DEFAULT = 'default';
/** WHM stores extensions under this name, in the same place as packages. */
const RESERVED = 'extensions';

/** Lists the packages that the caller may see, by name. */
export async function list(db: Db, caller: Caller): Promise<Package[]> {
  const rows = await db.all<Row>(`SELECT ${selected} FROM package ORDER BY name`);
  const extensions = await db.all<Extension & { package: string }>(
    'SELECT package, name, value FROM package_extension ORDER BY id',
  );
  const byPackage = new Map<string, Extension[]>();
  for (const { package: name, ...extension } of extensions) {
    byPackage.set(name, [...(byPackage.get(name) ?? []), extension]);
  }
  return rows
    .map((row) => packageOf(row, byPackage.get(row.name) ?? []))
    .filter((one) => maySee(caller, one));
}

/** Finds a package. Undefined if it does not exist or the caller may not see it. */
export async function find(db: Db, caller: Caller, name: string): Promise<Package | undefined> {
  const row = await db.get<Row>(`SELECT ${selected} FROM package WHERE name = ?`, name);
  if (row === undefined || !maySee(caller, row)) return undefined;
  const extensions = await db.all<Extension>(
    'SELECT name, value FROM package_extension WHERE package = ? ORDER BY id',
    name,
  );
  return packageOf(row, extensions);
}

/** @throws ApiError `not_found` if it does not exist or the caller may not see it. */
export async function get(db: Db, caller: Caller, name: string): Promise<Package> {
  const found = await find(db, caller, name);
  if (found === undefined) throw noSuchPackage(name);
  return found;
}

/**
 * Checks that a package still has these settings. @throws ApiError `not_found` if it was removed meanwhile; `busy` if
 * it was changed.
 */
export async function assertStill(db: Db, name: string, settings: Settings): Promise<void> {
  const row = await db.get<Row>(`SELECT ${selected} FROM package WHERE name = ?`, name);
  if (row === undefined) throw noSuchPackage(name);
  const [now, then] = [packageOf(row, []).settings, settings].map(settingValues);
  if (now?.every((value, at) => value === then?.[at]) !== true) throw changedMeanwhile(name);
}

export function changedMeanwhile(name: string): ApiError {
  return new ApiError('busy', `The package ${quote(name)} was changed meanwhile. Retry the call.`);
}

/** Returns a package that the caller may change. @throws ApiError `not_found`, `denied`. */
export async function getOwn(db: Db, caller: Caller, name: string): Promise<Package> {
  const found = await get(db, caller, name);
  if (!mayChange(caller, found)) {
    throw denied(
      `You cannot change the package ${quote(name)}, because it is not yours. Create your own package instead.`,
    );
  }
  return found;
}

function maySee(caller: Caller, { owner }: { readonly owner: string }): boolean {
  const { user, privileges } = caller;
  if (privileges === 'all' || seesAll(caller) || owner === user) return true;
  return owner === 'root' && privileges.has('viewglobalpackages');
}

export function mayChange(caller: Caller, { owner }: { readonly owner: string }): boolean {
  return seesAll(caller) || owner === caller.user;
}

/** True if a package has all of these settings and extensions. An extension without a value matches any value. */
export function matches(
  one: Package,
  settings: Partial<Settings>,
  extensions: readonly Extension[],
): boolean {
  return (
    Object.entries(settings).every(([key, value]) => one.settings[key as keyof Settings] === value) &&
    extensions.every(({ name, value }) =>
      one.extensions.some((held) => held.name === name && (value === null || held.value === value)),
    )
  );
}

function noSuchPackage(name: string) {
  return notFound(`The package ${quote(name)} does not exist. Run listpkgs to list the packages.`);
}

/** Returns the name of a new package. A reseller's package names begin with the reseller's name. */
function newName(caller: Caller, name: string): string {
  const prefix = `${caller.user}_`;
  return seesAll(caller) || name.startsWith(prefix) ? name : prefix + name;
}

const columns = [...settingColumns, 'name', 'owner'];
const insertion =
  `INSERT INTO package (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) ` +
  'ON CONFLICT (name) DO NOTHING';

/** Stores a new package; returns its name. @throws ApiError `bad_param`, `not_found`, `denied`. */
export async function add(
  db: Db,
  caller: Caller,
  given: string,
  settings: Settings,
  extensions: readonly Extension[],
): Promise<string> {
  const name = newName(caller, given);
  if (!packageName.pattern.matches.test(name)) {
    throw badParam(
      `The package’s name with your username as its prefix, ${quote(name)}, is longer than 64 characters.`,
    );
  }
  if (name === RESERVED) {
    throw badParam(`A package cannot be called “${RESERVED}”: the name is reserved. Choose another name.`);
  }
  // The error below comes first, as the name is what a caller gets wrong most. An error after this undoes it.
  if ((await db.run(insertion, ...settingValues(settings), name, caller.user)) === 0) {
    throw badParam(
      `The package ${quote(name)} already exists. Change it with editpkg, or choose another name.`,
    );
  }
  await featureLists.assertUsable(db, settings.featureList);
  assertAllowed(caller, undefined, settings);
  await putExtensions(db, name, extensions);
  return name;
}

/**
 * Changes a package of the caller. If `extensions` is given, it replaces the package's extensions.
 * @returns the settings before and after.
 * @throws ApiError `not_found`, `bad_param`, `denied`.
 */
export async function update(
  db: Db,
  caller: Caller,
  name: string,
  changes: Partial<Settings>,
  extensions?: readonly Extension[],
): Promise<{ readonly before: Settings; readonly after: Settings }> {
  const { settings: before } = await getOwn(db, caller, name);
  const after = { ...before, ...changes };
  if (after.featureList !== before.featureList) await featureLists.assertUsable(db, after.featureList);
  assertAllowed(caller, before, after);
  await store(db, { name, settings: after, extensions });
  return { before, after };
}

/** The new content of a package. Without `extensions`, the package keeps its extensions. */
export interface Content {
  readonly name: string;
  readonly settings: Settings;
  readonly extensions?: readonly Extension[] | undefined;
}

/** Stores the new content of a package. */
export async function store(db: Db, { name, settings, extensions }: Content): Promise<void> {
  const assignments = settingColumns.map((column) => `${column} = ?`);
  await db.run(
    `UPDATE package SET ${assignments.join(', ')} WHERE name = ?`,
    ...settingValues(settings),
    name,
  );
  if (extensions === undefined) return;
  await db.run('DELETE FROM package_extension WHERE package = ?', name);
  await putExtensions(db, name, extensions);
}

/** @throws ApiError `not_found`, `denied`; `bad_param` for a package that always exists or that an account uses. */
export async function remove(db: Db, caller: Caller, name: string): Promise<void> {
  await getOwn(db, caller, name);
  if (name === DEFAULT) {
    throw badParam(`The package “${DEFAULT}” cannot be deleted: it always exists.`);
  }
  const user = await accounts.findUserOf(db, 'package', name);
  if (user !== undefined) throw await packageInUse(db, caller, name, user);
  await db.run('DELETE FROM package_extension WHERE package = ?', name);
  // A later package of the same name must not inherit these limits.
  await db.run('DELETE FROM reseller_package WHERE package = ?', name);
  await db.run('DELETE FROM package WHERE name = ?', name);
}

async function packageInUse(db: Db, caller: Caller, name: string, user: string) {
  const account = await accounts.find(db, user);
  // Resellers must not learn the names of other owners' accounts.
  const whose =
    account !== undefined && accounts.maySee(caller, account)
      ? `the account “${user}”. Assign another package to it first, with changepackage`
      : 'an account that is not yours. Its owner must assign another package to it first';
  return badParam(`The package ${quote(name)} is assigned to ${whose}.`);
}

/** Adds extensions to a package. If one already exists, its value is replaced. */
export async function putExtensions(db: Db, name: string, extensions: readonly Extension[]): Promise<void> {
  for (const extension of extensions) {
    await db.run(
      `INSERT INTO package_extension (package, name, value) VALUES (?, ?, ?)
       ON CONFLICT (package, name) DO UPDATE SET value = excluded.value`,
      name,
      extension.name,
      extension.value,
    );
  }
}

/** Removes an extension from a package. Returns false if the package did not have it. */
export async function removeExtension(db: Db, name: string, extension: string): Promise<boolean> {
  const removed = await db.run(
    'DELETE FROM package_extension WHERE package = ? AND name = ?',
    name,
    extension,
  );
  return removed > 0;
}

const selected = ['name', 'owner', ...settingsSelected].join(', ');

type Row = { readonly name: string; readonly owner: string } & SettingsRow;

function packageOf({ name, owner, ...row }: Row, extensions: readonly Extension[]): Package {
  return { name, owner, settings: settingsOf(row), extensions };
}
