// What the accounts of a package have of it.
import type { Caller, Db } from '../../core/context.ts';
import * as accountLimits from '../accounts/limits.ts';
import * as accounts from '../accounts/accounts.ts';
import type { Account } from '../accounts/accounts.ts';
import { ensureMayGiveShell, shellFor } from '../accounts/new-account.ts';
import type { Package } from './packages.ts';
import type { Settings } from './settings.ts';

export interface Change {
  readonly before: Account;
  readonly after: Account;
}

/**
 * The account with another package, or with the present one anew. It keeps its address.
 * @throws ApiError `limit_reached`, `denied`.
 */
export async function give(
  db: Db,
  caller: Caller,
  before: Account,
  { name, settings }: Package,
): Promise<Change> {
  const change = { before, after: withPackage(before, { name, settings }) };
  await ensureAllowed(db, caller, change);
  return change;
}

/** The account with all settings of a package. It keeps its address. */
export function withPackage(
  account: Account,
  { name, settings }: Pick<Package, 'name' | 'settings'>,
): Account {
  return { ...withSettings(account, settings), package: name };
}

/**
 * Sets, in every account of a package, what changed in the package, and leaves what did not.
 * @throws ApiError `limit_reached`, `denied`, where an account may not have it.
 */
export async function passOn(
  db: Db,
  caller: Caller,
  name: string,
  { before, after }: { readonly before: Settings; readonly after: Settings },
): Promise<Change[]> {
  const changed = differences(before, after);
  if (Object.keys(changed).length === 0) return [];
  const had = await accounts.listOfPackage(db, name);
  const changes = had.map((account) => ({ before: account, after: withSettings(account, changed) }));
  // All are stored before any is checked: together they have to be within the owner’s limits.
  for (const change of changes) await accounts.update(db, change.after);
  for (const change of changes) await ensureAllowed(db, caller, change);
  return changes;
}

/**
 * What a caller is told of accounts on other servers, which keep what they have; undefined where there is nothing to
 * tell. Later nobody can tell what they lack from what was set in them apart from the package.
 */
export async function warningOfOthers(
  db: Db,
  name: string,
  { before, after }: { readonly before: Settings; readonly after: Settings },
): Promise<string | undefined> {
  if (Object.keys(differences(before, after)).length === 0) return undefined;
  const elsewhere = await accounts.countElsewhere(db, 'package', name);
  if (elsewhere.length === 0) return undefined;
  return (
    `The changes do not apply to ${accounts.tellElsewhere(elsewhere)}. To update an account ` +
    'there, call changepackage on its server.'
  );
}

/** All but the address, which an account keeps, shared or its own, until it is given another. */
function differences(before: Settings, after: Settings): Partial<Settings> {
  const changed = (Object.keys(after) as (keyof Settings)[]).filter(
    (key) => key !== 'dedicatedIp' && before[key] !== after[key],
  );
  return Object.fromEntries(changed.map((key) => [key, after[key]]));
}

function withSettings(account: Account, changed: Partial<Settings>): Account {
  const { dedicatedIp, shell } = account.settings;
  const settings = { ...account.settings, ...changed, dedicatedIp };
  return {
    ...account,
    settings,
    shellPath: settings.shell === shell ? account.shellPath : shellFor(settings),
  };
}

async function ensureAllowed(db: Db, caller: Caller, { before, after }: Change): Promise<void> {
  ensureMayGiveShell(caller, before.settings, after.settings);
  if (accountLimits.isBound(caller)) await accountLimits.ensureWithin(db, before, after);
}
