// Creates an account: a system user with a home directory, and the account in the store.
import { defineChange, exclusive, shared, type Plan } from '../../core/plan.ts';
import type { NewAccount, PartWork } from '../../capabilities/accounts/driver/account-part.ts';
import * as accountParts from '../driver/account-parts.ts';
import { partWorld, type PartCall, type PartContext } from '../driver/part-world.ts';
import create from '../../capabilities/accounts/driver/users/steps/create.ts';
import changeWeb from '../../capabilities/web/driver/virtual-hosts/steps/change.ts';
import changeZone from '../../capabilities/dns/driver/zones/steps/change.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { addressLock } from '../../capabilities/addresses/rules/ips.ts';
import { assertWithin } from '../rules/limits.ts';
import { prefixLock } from '../../ground/rules/accounts/names.ts';
import { checkSoon } from '../../capabilities/certificates/rules/autossl/schedule.ts';
import * as hostedDomains from '../../capabilities/domains/rules/hosted-domains.ts';
import { applySoon } from '../../capabilities/domains/rules/service-subdomains.ts';
import * as installedCertificates from '../../capabilities/certificates/rules/installed.ts';
import { confirmSoon as confirmZoneSoon } from '../../capabilities/dns/rules/confirmation.ts';
import * as zoneOwners from '../../capabilities/dns/rules/zone-owners.ts';
import * as php from '../../capabilities/php/rules/settings.ts';
import * as packages from '../../capabilities/accounts/rules/packages/packages.ts';
import type { Settings } from '../../capabilities/accounts/rules/packages/settings.ts';
import * as resellers from '../../capabilities/accounts/rules/resellers/resellers.ts';
import { confirmSoon } from '../../capabilities/web/rules/confirmation.ts';

export interface CreateAccount extends NewAccount {
  /** The new account. Its uid is the requested user ID; 0 lets the machine choose. */
  readonly account: accounts.Account;
  readonly isReseller: boolean;
  /** The values of the package at the time of planning. */
  readonly packageSettings: Settings;
  /** True if the owner's limits do not apply to the caller. */
  readonly isUnlimited: boolean;
  /** The newest installed PHP version, which becomes the server's default if there is none yet. */
  readonly newestPhp?: string | undefined;
}

const change = defineChange<CreateAccount>({
  kind: 'create-account',
  async store(db, { account, isReseller, packageSettings, isUnlimited, newestPhp }, { results, now }) {
    const { username } = account;
    await packages.assertStill(db, account.package, packageSettings);
    await hostedDomains.assertFree(db, account.domain);
    // The owner may have other new accounts since the planning.
    if (!isUnlimited) await assertWithin({ db, now }, undefined, account);
    const user = create.resultIn(results);
    if (user === undefined) throw new Error(`The user “${username}” no longer exists.`);
    await accounts.insert(db, { ...account, uid: user.uid });
    await accounts.setUsage(db, username, { files: user.usage, at: now() });
    await installedCertificates.installWritten(db, results, now());
    // A zone of its domain now belongs to the account.
    await zoneOwners.forget(db, account.domain);
    await php.setFirstDefault(db, newestPhp);
    await php.createHost(db, username, account.domain);
    if (isReseller) {
      await resellers.setUp(db, username, false);
      await applySoon(db, username, now());
    }
    await checkSoon(db, username, now());
    if (changeZone.resultIn(results)?.isUnconfirmed === true)
      await confirmZoneSoon(db, account.domain, now());
    if (changeWeb.resultIn(results)?.isUnconfirmed === true) await confirmSoon(db, now());
  },
});
export default change;

export async function createAccount(
  context: PartContext,
  input: Omit<CreateAccount, 'isUnlimited' | 'newestPhp'>,
  password: string | undefined,
  call: PartCall,
): Promise<Plan> {
  const work = await workOf(context, input, call);
  return change.plan(work.input, { locks: work.locks, steps: work.steps, secret: password });
}

export async function workOf(
  context: PartContext,
  input: Omit<CreateAccount, 'isUnlimited' | 'newestPhp'>,
  call: PartCall,
): Promise<PartWork & { readonly input: CreateAccount }> {
  const { account } = input;
  const { steps, locks } = await accountParts.created(await partWorld(context, call), input);
  const isUnlimited = context.caller.privileges === 'all';
  return {
    input: { ...input, isUnlimited, newestPhp: call.found?.php?.newest },
    locks: [
      exclusive(`account ${account.username}`),
      exclusive(`domain ${account.domain}`),
      exclusive(prefixLock(account)),
      ...(account.owner === 'root' ? [] : [shared(`accounts of ${account.owner}`)]),
      addressLock(account),
      ...locks,
    ],
    steps,
  };
}
