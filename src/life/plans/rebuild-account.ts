// Creates a part of an account again that the machine has lost, or never had: with the code that creates accounts.
import type { Context, FreeContext } from '../../core/context.ts';
import { defineChange, exclusive, type Plan, type PlannedStep } from '../../core/plan.ts';
import type {
  FoundToRebuild,
  Looking,
  RebuiltPart,
} from '../../capabilities/accounts/driver/account-part.ts';
import * as accountParts from '../driver/account-parts.ts';
import { partDependencies } from '../driver/account-parts.ts';
import { lookForZones } from '../../capabilities/dns/driver/zones/look-zones.ts';
import changeWeb from '../../capabilities/web/driver/virtual-hosts/steps/change.ts';
import changeZone, { type ZoneChange } from '../../capabilities/dns/driver/zones/steps/change.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as installedCertificates from '../../capabilities/certificates/rules/installed.ts';
import { confirmSoon as confirmZoneSoon } from '../../capabilities/dns/rules/confirmation.ts';
import { zoneOfBackup } from '../../capabilities/dns/rules/rebuilt-zone.ts';
import * as copies from '../../ground/rules/machine-copies.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';
import { confirmSoon } from '../../capabilities/web/rules/confirmation.ts';

interface RebuildAccount {
  /** Empty for zones of root. */
  readonly username: string;
  readonly part: RebuiltPart;
  /** The zones that are created again. */
  readonly zones: readonly string[];
}

const change = defineChange<RebuildAccount>({
  kind: 'rebuild-account',
  unfinishedCalls: 'passed',
  async store(db, { username, part, zones }, { results, now }) {
    await installedCertificates.installWritten(db, results, now());
    for (const name of zones) {
      await confirmZoneSoon(db, name, now());
      await copies.forget(db, 'zone', name);
    }
    if (changeWeb.resultIn(results)?.isUnconfirmed === true) await confirmSoon(db, now());
    if (part === 'user') await copies.forget(db, 'login', username);
    if (part === 'mysql' || part === 'postgresql') await copies.forget(db, part, username);
  },
});
export default change;

export interface FoundForRebuild {
  readonly missing: accountParts.FoundMissing;
  readonly toRebuild: FoundToRebuild;
}

/** @throws ApiError `not_found`. */
export async function lookForRebuild(
  context: FreeContext,
  { username, part }: { readonly username: string; readonly part: RebuiltPart },
): Promise<FoundForRebuild> {
  const { machine, transaction, system, caller } = context;
  const { account, roles } = await transaction('reads', async (db) => ({
    account: await accounts.get(db, caller, username),
    roles: await rolesOf({ db, system }),
  }));
  const looking: Looking = { machine, transaction, roles };
  return {
    missing: await accountParts.missing(looking, [account]),
    toRebuild: await accountParts.lookToRebuild(looking, part),
  };
}

/** @returns undefined if the machine has everything of this part. */
export async function rebuildAccount(
  context: Context,
  { username, part }: { readonly username: string; readonly part: RebuiltPart },
  { missing: { missing }, toRebuild }: FoundForRebuild,
): Promise<Plan | undefined> {
  if (!missing.some((one) => one.part === part && one.kind !== 'lost')) return undefined;
  const account = await accounts.get(context.db, context.caller, username);
  const dependencies = await partDependencies(context, {
    found: { toRebuild, php: { newest: toRebuild.newestPhp } },
  });
  const { steps, locks, secret } = await accountParts.rebuilt(dependencies, account, part);
  const zones = steps.filter(({ kind }) => kind === changeZone.kind);
  return change.plan(
    { username, part, zones: zones.map(({ input }) => (input as ZoneChange).name) },
    { locks: [exclusive(`account ${username}`), ...locks], steps, secret },
  );
}

/** The zones of no account. Undefined if this server has no role DNS. */
export async function lookForZonesOfRoot({
  machine,
  transaction,
  system,
}: Pick<FreeContext, 'machine' | 'transaction' | 'system'>): Promise<readonly string[]> {
  const { roles, saved } = await transaction('reads', async (db) => ({
    roles: await rolesOf({ db, system }),
    saved: await copies.list(db, 'zone'),
  }));
  if (!roles.has('DNS')) return [];
  const present = new Set(await lookForZones(machine));
  return saved.filter(({ name, username }) => username === '' && !present.has(name)).map(({ name }) => name);
}

/** @returns undefined if there are none. @throws ApiError `key_lost`. */
export async function rebuildZonesOfRoot(
  context: Context,
  names: readonly string[],
): Promise<Plan | undefined> {
  const steps: PlannedStep[] = [];
  for (const name of names) {
    const after = await zoneOfBackup(context, name);
    if (after !== undefined) steps.push(changeZone.plan({ name, before: null, after, isNew: true }));
  }
  if (steps.length === 0) return undefined;
  return change.plan(
    { username: '', part: 'zones', zones: names },
    { locks: names.map((name) => exclusive(`zone ${name}`)), steps },
  );
}
