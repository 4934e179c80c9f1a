// Changes an account: its name, home directory, shell and limits on the machine, and everything in the store.
import { defineChange, exclusive, type Lock, type Plan } from '../../core/plan.ts';
import * as accountParts from '../driver/account-parts.ts';
import { rename, storeParts } from '../stored.ts';
import { partDependencies, type PartCall, type PartContext } from '../driver/account-parts.ts';
import changeZone, { type ZoneChange } from '../../capabilities/dns/driver/zones/steps/change.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { addressLock } from '../../capabilities/addresses/rules/ips.ts';
import { prefixLock } from '../../ground/rules/accounts/names.ts';
import * as notifications from '../../capabilities/notify/rules/account-notifications.ts';
import * as hostedDomains from '../../capabilities/domains/rules/hosted-domains.ts';
import { assertNewNames, renamesOf } from '../../capabilities/domains/rules/renamed-domains.ts';
import * as exceeded from '../../capabilities/bandwidth/rules/exceeded.ts';
import * as packages from '../../capabilities/accounts/rules/packages/packages.ts';
import type { Settings } from '../../capabilities/accounts/rules/packages/settings.ts';
import type {
  RenamedAt,
  RenamingOfDatabases,
} from '../../capabilities/databases/plans/databases/rename-with-account.ts';

interface ChangeAccount {
  readonly before: accounts.Account;
  readonly after: accounts.Account;
  /** The values of its new package at the time of planning. */
  readonly packageSettings?: Settings | undefined;
  /** True if its sites respond that its bandwidth limit is exceeded. Absent in plans of earlier versions. */
  readonly isOverLimit?: boolean;
  /** Which notifications its owner receives from now on. The others stay as they are. */
  readonly notifications?: readonly (readonly [notifications.Preference, boolean])[];
  /** Its databases and users that get the prefix of its new name. */
  readonly renamedDatabases?: readonly RenamedAt[];
}

const change = defineChange<ChangeAccount>({
  kind: 'change-account',
  async store(db, input, { results, sealer, now }) {
    const { before, after, packageSettings } = input;
    const { username } = after;
    if (packageSettings !== undefined) await packages.assertStill(db, after.package, packageSettings);
    const outcome = { results, sealer, now: now() };
    if (before.username !== username) await rename(db, { from: before.username, to: username }, outcome);
    const renames = renamesOf(before, after, await hostedDomains.listOf(db, username));
    if (before.domain !== after.domain) {
      await hostedDomains.assertFree(db, after.domain);
      await assertNewNames(db, after, renames);
      for (const [from, to] of renames)
        await storeParts('domainRenamed', db, { username, from, to }, outcome);
    }
    await accounts.update(db, after);
    await storeParts('changed', db, { ...input, renames }, outcome);
  },
});
export default change;

/** `zones`: the changes of zones that the call has read. `databases`: those that get another name. */
export async function changeAccount(
  context: PartContext,
  input: Omit<ChangeAccount, 'isOverLimit' | 'renamedDatabases'>,
  zones: readonly ZoneChange[] = [],
  { databases, ...call }: PartCall & { readonly databases?: RenamingOfDatabases | undefined } = {},
): Promise<Plan> {
  const { before, after } = input;
  const ofParts = await accountParts.changed(await partDependencies(context, call), before, after);
  const renames = renamesOf(before, after, await hostedDomains.listOf(context.db, before.username));
  const isOverLimit = await exceeded.isOverLimit(context, after, before.username);
  return change.plan(
    { ...input, isOverLimit, ...(databases && { renamedDatabases: databases.stored }) },
    {
      locks: [
        ...locksOf(before, after),
        ...[after.domain, ...renames.values()].map((domain) => exclusive(`domain ${domain}`)),
        ...ofParts.locks,
        ...zones.map(({ name }) => exclusive(`zone ${name}`)),
        ...(databases?.locks ?? []),
      ],
      // Databases come last: the processes of the account, which use them, have ended.
      steps: [...ofParts.steps, ...zones.map((zone) => changeZone.plan(zone)), ...(databases?.steps ?? [])],
    },
  );
}

function locksOf(before: accounts.Account, after: accounts.Account): Lock[] {
  const isRenamed = before.username !== after.username;
  return [
    exclusive(`account ${before.username}`),
    exclusive(`account ${after.username}`),
    ...(before.ip === after.ip ? [] : [addressLock(before), addressLock(after)]),
    ...(after.owner === 'root' ? [] : [exclusive(`accounts of ${after.owner}`)]),
    // The accounts that it owns get the new owner name.
    ...(isRenamed ? [exclusive(`accounts of ${before.username}`), exclusive(prefixLock(after))] : []),
  ];
}
