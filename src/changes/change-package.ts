// Changes a package and the accounts that have it.
import type { Db } from '../core/context.ts';
import { defineChange, exclusive, type Plan } from '../core/plan.ts';
import type { PartWork } from '../drivers/account-part.ts';
import * as accountParts from '../drivers/account-parts.ts';
import { partWorld, type PartContext } from '../drivers/part-world.ts';
import * as accounts from '../model/accounts/accounts.ts';
import type { Change } from '../model/packages/accounts.ts';
import * as packages from '../model/packages/packages.ts';

interface ChangePackage {
  readonly package: packages.Content;
  readonly accounts: readonly Change[];
}

const change = defineChange<ChangePackage>({
  kind: 'change-package',
  async store(db, input) {
    await assertAllAreThere(db, input);
    await packages.store(db, input.package);
    for (const { after } of input.accounts) await accounts.update(db, after);
  },
});
export default change;

export async function changePackage(context: PartContext, input: ChangePackage): Promise<Plan> {
  const before = input.accounts.map((one) => one.before);
  const owners = before.map(({ owner }) => owner).filter((owner) => owner !== 'root');
  const world = await partWorld(context);
  const work: PartWork[] = [];
  for (const one of input.accounts) work.push(await accountParts.changed(world, one.before, one.after));
  return change.plan(input, {
    locks: [
      exclusive(`package ${input.package.name}`),
      ...before.map(({ username }) => exclusive(`account ${username}`)),
      ...owners.map((owner) => exclusive(`accounts of ${owner}`)),
      ...work.flatMap(({ locks }) => locks),
    ],
    steps: work.flatMap(({ steps }) => steps),
  });
}

/** An account that has been given the package in the meantime would be missed. @throws ApiError `busy`. */
async function assertAllAreThere(
  db: Db,
  { package: { name }, accounts: changes }: ChangePackage,
): Promise<void> {
  const known = new Set(changes.map(({ before }) => before.username));
  const now = await accounts.listOfPackage(db, name);
  if (!now.every(({ username }) => known.has(username))) throw packages.changedMeanwhile(name);
}
