// Creates an account: a system user with a home directory, and the account in the store.
import { defineChange, exclusive, shared, type Plan } from '../../core/plan.ts';
import type { NewAccount, PartFacts, PartWork } from '../../capabilities/accounts/driver/account-part.ts';
import * as accountParts from '../driver/account-parts.ts';
import { forget, storeParts } from '../stored.ts';
import { partDependencies, type PartCall, type PartContext } from '../driver/account-parts.ts';
import create from '../../capabilities/accounts/driver/users/steps/create.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { addressLock } from '../../capabilities/addresses/rules/ips.ts';
import { assertWithin } from '../rules/limits.ts';
import { prefixLock } from '../../ground/rules/accounts/names.ts';
import * as hostedDomains from '../../capabilities/domains/rules/hosted-domains.ts';
import * as packages from '../../capabilities/accounts/rules/packages/packages.ts';
import type { Settings } from '../../capabilities/accounts/rules/packages/settings.ts';

export interface CreateAccount extends NewAccount, PartFacts {
  /** The new account. Its uid is the requested user ID; 0 lets the machine choose. */
  readonly account: accounts.Account;
  readonly isReseller: boolean;
  /** The values of the package at the time of planning. */
  readonly packageSettings: Settings;
  /** True if the owner's limits do not apply to the caller. */
  readonly isUnlimited: boolean;
}

/** Without what the parts add. */
type PlannedAccount = Omit<CreateAccount, 'isUnlimited' | keyof PartFacts>;

const change = defineChange<CreateAccount>({
  kind: 'create-account',
  async store(db, { account, isReseller, packageSettings, isUnlimited, ...facts }, { results, sealer, now }) {
    const { username } = account;
    await packages.assertStill(db, account.package, packageSettings);
    await hostedDomains.assertFree(db, account.domain);
    // The owner may have other new accounts since the planning.
    if (!isUnlimited) await assertWithin({ db, now }, undefined, account);
    const user = create.resultIn(results);
    if (user === undefined) throw new Error(`The user “${username}” no longer exists.`);
    // What was stored for an earlier user of this name while that user was removed, such as the session of a login.
    await forget(db, username);
    await accounts.insert(db, { ...account, uid: user.uid });
    await accounts.setUsage(db, username, { files: user.usage, at: now() });
    await storeParts('created', db, { ...facts, account, isReseller }, { results, sealer, now: now() });
  },
});
export default change;

export async function createAccount(
  context: PartContext,
  input: PlannedAccount,
  password: string | undefined,
  call: PartCall,
): Promise<Plan> {
  const work = await workOf(context, input, call);
  return change.plan(work.input, { locks: work.locks, steps: work.steps, secret: password });
}

export async function workOf(
  context: PartContext,
  input: PlannedAccount,
  call: PartCall,
): Promise<PartWork & { readonly input: CreateAccount }> {
  const { account } = input;
  const { steps, locks, facts } = await accountParts.created(await partDependencies(context, call), input);
  const isUnlimited = context.caller.privileges === 'all';
  return {
    input: { ...input, isUnlimited, ...facts },
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
