// Applies packages to accounts.
import type { Context, Db } from '../../../core/context.ts';
import * as accountLimits from '../limits.ts';
import * as accounts from '../../../capabilities/accounts/rules/accounts.ts';
import type { Account } from '../../../capabilities/accounts/rules/accounts.ts';
import { assertMayGiveShell, shellFor } from '../new-account.ts';
import type { Package } from '../../../capabilities/accounts/rules/packages/packages.ts';
import type { Settings } from '../../../capabilities/accounts/rules/packages/settings.ts';

export interface Change {
  readonly before: Account;
  readonly after: Account;
}

/**
 * Assigns a package to an account, or its present package again. The account keeps its address.
 * @throws ApiError `limit_reached`, `denied`.
 */
export async function give(context: Context, before: Account, { name, settings }: Package): Promise<Change> {
  const change = { before, after: withPackage(before, { name, settings }) };
  await assertAllowed(context, change);
  return change;
}

/** Returns the account with all settings of a package. It keeps its address. */
export function withPackage(
  account: Account,
  { name, settings }: Pick<Package, 'name' | 'settings'>,
): Account {
  return { ...withSettings(account, settings), package: name };
}

/**
 * Applies the changed settings of a package to all of its accounts. Other settings of the accounts are kept.
 * @throws ApiError `limit_reached`, `denied`, if an account must not have a new setting.
 */
export async function applyToAccounts(
  context: Context,
  name: string,
  { before, after }: { readonly before: Settings; readonly after: Settings },
): Promise<Change[]> {
  const { db } = context;
  const changed = differences(before, after);
  if (Object.keys(changed).length === 0) return [];
  const had = await accounts.listOfPackage(db, name);
  const changes = had.map((account) => ({ before: account, after: withSettings(account, changed) }));
  // All changes are stored before any is checked, because together they must be within the owner’s limits.
  for (const change of changes) await accounts.update(db, change.after);
  for (const change of changes) await assertAllowed(context, change);
  return changes;
}

/**
 * Warns that accounts on other servers keep their settings. Undefined if there are none, or nothing changed. The
 * warning is needed now: afterwards, missing changes cannot be distinguished from settings that differ from the package
 * on purpose.
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
    `The changes do not apply to ${accounts.formatAccountsElsewhere(elsewhere)}. To update an account ` +
    'there, call changepackage on its server.'
  );
}

/** Excludes the address. An account keeps its shared or dedicated IP address until another one is assigned. */
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

async function assertAllowed(context: Context, { before, after }: Change): Promise<void> {
  const { caller } = context;
  assertMayGiveShell(caller, before.settings, after.settings);
  if (accountLimits.isBound(caller)) await accountLimits.assertWithin(context, before, after);
}
