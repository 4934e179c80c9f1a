// An account becomes another: its name, home, shell and limits on the machine, and all of it in the store.
import { defineChange, exclusive, type Lock, type Plan } from '../core/plan.ts';
import * as accountParts from '../drivers/account-parts.ts';
import { partWorld, type PartContext } from '../drivers/part-world.ts';
import changeZone, { type ZoneChange } from '../drivers/zones/steps/change.ts';
import * as accounts from '../model/accounts/accounts.ts';
import { addressLock } from '../model/accounts/ips.ts';
import { prefixLock } from '../model/accounts/names.ts';
import * as users from '../model/accounts/users.ts';
import * as packages from '../model/packages/packages.ts';
import type { Settings } from '../model/packages/settings.ts';

interface ChangeAccount {
  readonly before: accounts.Account;
  readonly after: accounts.Account;
  /** What the package that it is given held when that was planned. */
  readonly packageSettings?: Settings | undefined;
}

const change = defineChange<ChangeAccount>({
  kind: 'change-account',
  async store(db, { before, after, packageSettings }, { sealer }) {
    if (packageSettings !== undefined) await packages.ensureStill(db, after.package, packageSettings);
    if (before.username !== after.username) await users.rename(db, sealer, before.username, after.username);
    await accounts.update(db, after);
  },
});
export default change;

/** `zones`: what follows in the zones that the call has read. */
export async function changeAccount(
  context: PartContext,
  input: ChangeAccount,
  zones: readonly ZoneChange[] = [],
): Promise<Plan> {
  const { before, after } = input;
  return change.plan(input, {
    locks: [...locksOf(before, after), ...zones.map(({ name }) => exclusive(`zone ${name}`))],
    steps: [
      ...(await accountParts.changed(await partWorld(context), before, after)),
      ...zones.map((zone) => changeZone.plan(zone)),
    ],
  });
}

function locksOf(before: accounts.Account, after: accounts.Account): Lock[] {
  const isRenamed = before.username !== after.username;
  return [
    exclusive(`account ${before.username}`),
    exclusive(`account ${after.username}`),
    exclusive(`domain ${after.domain}`),
    ...(before.ip === after.ip ? [] : [addressLock(before), addressLock(after)]),
    ...(after.owner === 'root' ? [] : [exclusive(`accounts of ${after.owner}`)]),
    // What it owns gets the new name as well.
    ...(isRenamed ? [exclusive(`accounts of ${before.username}`), exclusive(prefixLock(after))] : []),
  ];
}
