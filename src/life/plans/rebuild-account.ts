// Creates a part of an account, or of root, again that the machine has lost, or never had: with the code that creates accounts.
import type { Context, FreeContext } from '../../core/context.ts';
import { defineChange, exclusive, type Plan } from '../../core/plan.ts';
import type { FoundToRebuild, Looking, PartFacts } from '../../capabilities/accounts/driver/account-part.ts';
import * as accountParts from '../driver/account-parts.ts';
import { partDependencies } from '../driver/account-parts.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';
import { storeParts } from '../stored.ts';

interface RebuildAccount extends PartFacts {
  /** Empty for what belongs to root. */
  readonly username: string;
  readonly part: string;
}

const change = defineChange<RebuildAccount>({
  kind: 'rebuild-account',
  unfinishedCalls: 'passed',
  store: (db, rebuilt, { results, sealer, now }) =>
    storeParts('rebuilt', db, rebuilt, { results, sealer, now: now() }),
});
export default change;

/** `username` is undefined for what belongs to root. */
interface Wanted {
  readonly username: string | undefined;
  readonly part: string;
}

export interface FoundForRebuild {
  readonly missing: accountParts.FoundMissing;
  readonly toRebuild: FoundToRebuild;
}

/** @throws ApiError `not_found`. */
export async function lookForRebuild(
  context: FreeContext,
  { username, part }: Wanted,
): Promise<FoundForRebuild> {
  const { machine, transaction, system, caller } = context;
  const { account, roles } = await transaction('reads', async (db) => ({
    account: username === undefined ? undefined : await accounts.get(db, caller, username),
    roles: await rolesOf({ db, system }),
  }));
  const looking: Looking = { machine, transaction, roles };
  return {
    missing:
      account === undefined
        ? await accountParts.missingOfRoot(looking)
        : await accountParts.missing(looking, [account]),
    toRebuild: await accountParts.lookToRebuild(looking, part),
  };
}

/** @returns undefined if the machine has everything of this part. @throws ApiError `key_lost`. */
export async function rebuildAccount(
  context: Context,
  { username, part }: Wanted,
  { missing: { missing }, toRebuild }: FoundForRebuild,
): Promise<Plan | undefined> {
  if (!missing.some((one) => one.part === part && one.kind !== 'lost')) return undefined;
  const dependencies = await partDependencies(context, { found: { toRebuild } });
  if (username === undefined) {
    const { steps, locks, facts } = await accountParts.rebuiltOfRoot(dependencies, part);
    return steps.length === 0 ? undefined : change.plan({ username: '', part, ...facts }, { locks, steps });
  }
  const account = await accounts.get(context.db, context.caller, username);
  const { steps, locks, secret, facts } = await accountParts.rebuilt(dependencies, account, part);
  return change.plan(
    { username, part, ...facts },
    { locks: [exclusive(`account ${username}`), ...locks], steps, secret },
  );
}
