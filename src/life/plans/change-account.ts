// Changes an account: its name, home directory, shell and limits on the machine, and everything in the store.
import type { Db } from '../../core/context.ts';
import { defineChange, exclusive, type Lock, type Plan, type StepResult } from '../../core/plan.ts';
import * as accountParts from '../driver/account-parts.ts';
import findMysql from '../../capabilities/databases/driver/mysql/steps/find-owned.ts';
import { partWorld, type PartCall, type PartContext } from '../driver/part-world.ts';
import findPostgresql from '../../capabilities/databases/driver/postgresql/steps/find-owned.ts';
import changeZone, { type ZoneChange } from '../../capabilities/dns/driver/zones/steps/change.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { addressLock } from '../../capabilities/addresses/rules/ips.ts';
import { prefixLock } from '../../ground/rules/accounts/names.ts';
import * as notifications from '../../capabilities/notify/rules/account-notifications.ts';
import * as contactChanges from '../../capabilities/notify/rules/contact-changes.ts';
import * as users from '../rules/users.ts';
import { checkSoon } from '../../capabilities/certificates/rules/autossl/schedule.ts';
import * as installedCertificates from '../../capabilities/certificates/rules/installed.ts';
import * as autosslNames from '../../capabilities/certificates/rules/autossl/renamed-names.ts';
import * as hostedDomains from '../../capabilities/domains/rules/hosted-domains.ts';
import { assertNewNames, renamesOf } from '../../capabilities/domains/rules/renamed-domains.ts';
import { applySoon } from '../../capabilities/domains/rules/service-subdomains.ts';
import * as exceeded from '../../capabilities/bandwidth/rules/exceeded.ts';
import * as bandwidth from '../../capabilities/bandwidth/rules/usage.ts';
import * as owners from '../../capabilities/databases/rules/owners.ts';
import { serverOf } from '../../capabilities/databases/rules/profiles.ts';
import * as zoneOwners from '../../capabilities/dns/rules/zone-owners.ts';
import * as php from '../../capabilities/php/rules/settings.ts';
import { moveFpmSettings } from '../../capabilities/php/rules/stored-fpm-settings.ts';
import * as packages from '../../capabilities/accounts/rules/packages/packages.ts';
import type { Settings } from '../../capabilities/accounts/rules/packages/settings.ts';
import { isReseller } from '../../capabilities/accounts/rules/resellers/resellers.ts';
import * as httpsRedirects from '../../capabilities/web/rules/https-redirects.ts';
import * as primaryHosts from '../../capabilities/web/rules/primary-hosts.ts';
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
    const { before, after, packageSettings, isOverLimit, renamedDatabases = [] } = input;
    const { notifications: wanted = [] } = input;
    if (packageSettings !== undefined) await packages.assertStill(db, after.package, packageSettings);
    if (before.username !== after.username) {
      await users.rename(db, sealer, before.username, after.username);
      await adoptDatabases(db, after.username, results, now());
      for (const { engine, profile, renamed } of renamedDatabases) {
        for (const { kind, from, to } of renamed) {
          const row = { from, to, owner: after.username, profile, now: now() };
          await owners.rename(db, { engine, kind }, row);
        }
      }
    }
    if (before.home !== after.home) await moveFpmSettings(db, after.username, before.home, after.home);
    const renames = renamesOf(before, after, await hostedDomains.listOf(db, after.username));
    if (before.domain !== after.domain) {
      await hostedDomains.assertFree(db, after.domain);
      await assertNewNames(db, after, renames);
      for (const [from, to] of renames) {
        await bandwidth.keepFormer(db, from, { username: after.username, removedAt: 0 }, now());
        await hostedDomains.rename(db, from, to);
        await primaryHosts.rename(db, from, to);
        await php.renameHost(db, from, to);
        // A zone belongs to the account by its domain. The former domain no longer has a zone.
        for (const domain of [from, to]) await zoneOwners.forget(db, domain);
        await installedCertificates.uninstall(db, from);
        await httpsRedirects.rename(db, from, to);
      }
      await checkSoon(db, after.username, now());
    }
    await installedCertificates.installWritten(db, results, now());
    // After the certificates: one that AutoSSL got for a former name can be the one of a new name.
    await autosslNames.rename(db, after.username, renames);
    await accounts.update(db, after);
    // The new zone of a reseller that is renamed at the same time does not have all names.
    if (before.domain !== after.domain && (await isReseller(db, after.username)))
      await applySoon(db, after.username, now());
    if (before.contactEmail !== after.contactEmail) {
      await contactChanges.tellOwner(db, after.username, [before.contactEmail], now());
    }
    // The choice before this change decides whether the owner gets a message about new addresses.
    await notifications.set(db, after.username, new Map(wanted), now());
    if (isOverLimit !== undefined) await exceeded.setExceeded(db, after.username, isOverLimit);
  },
});
export default change;

/** Databases that belonged to the account by the prefix of its former name are its own now. */
async function adoptDatabases(
  db: Db,
  owner: string,
  results: readonly StepResult[],
  now: number,
): Promise<void> {
  for (const [engine, found] of [
    ['mysql', findMysql.resultIn(results)],
    ['postgresql', findPostgresql.resultIn(results)],
  ] as const) {
    const { databases = [], users: names = [] } = found ?? {};
    const profile = engine === 'mysql' ? (await serverOf(db, owner)).profile : owners.LOCAL_PROFILE;
    await owners.adopt(db, { engine, kind: 'database' }, { owner, profile, names: databases, now });
    await owners.adopt(db, { engine, kind: 'user' }, { owner, profile, names, now });
  }
}

/** `zones`: the changes of zones that the call has read. `databases`: those that get another name. */
export async function changeAccount(
  context: PartContext,
  input: Omit<ChangeAccount, 'isOverLimit' | 'renamedDatabases'>,
  zones: readonly ZoneChange[] = [],
  { databases, ...call }: PartCall & { readonly databases?: RenamingOfDatabases | undefined } = {},
): Promise<Plan> {
  const { before, after } = input;
  const ofParts = await accountParts.changed(await partWorld(context, call), before, after);
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
