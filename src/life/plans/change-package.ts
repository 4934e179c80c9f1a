// Changes a package and the accounts that have it.
import type { Db } from '../../core/context.ts';
import { defineChange, exclusive, type Plan } from '../../core/plan.ts';
import type { PartWork } from '../../capabilities/accounts/driver/account-part.ts';
import * as accountParts from '../driver/account-parts.ts';
import { partDependencies, type PartContext } from '../driver/account-parts.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as exceeded from '../../capabilities/bandwidth/rules/exceeded.ts';
import type { Change } from '../rules/packages/accounts.ts';
import * as packages from '../../capabilities/accounts/rules/packages/packages.ts';

interface ChangePackage {
  readonly package: packages.Content;
  readonly accounts: readonly Change[];
  /** The accounts whose sites respond that their bandwidth limit is exceeded. Absent in plans of earlier versions. */
  readonly overLimit?: readonly string[];
}

const change = defineChange<ChangePackage>({
  kind: 'change-package',
  async store(db, input) {
    await assertAllAreThere(db, input);
    await packages.store(db, input.package);
    for (const { after } of input.accounts) {
      await accounts.update(db, after);
      if (input.overLimit === undefined) continue;
      await exceeded.setExceeded(db, after.username, input.overLimit.includes(after.username));
    }
  },
});
export default change;

export async function changePackage(
  context: PartContext,
  input: Omit<ChangePackage, 'overLimit'>,
): Promise<Plan> {
  const before = input.accounts.map((one) => one.before);
  const owners = before.map(({ owner }) => owner).filter((owner) => owner !== 'root');
  const dependencies = await partDependencies(context);
  const work: PartWork[] = [];
  const overLimit: string[] = [];
  for (const { before: former, after } of input.accounts) {
    work.push(await accountParts.changed(dependencies, former, after));
    if (await exceeded.isOverLimit(context, after)) overLimit.push(after.username);
  }
  return change.plan(
    { ...input, overLimit },
    {
      locks: [
        exclusive(`package ${input.package.name}`),
        ...before.map(({ username }) => exclusive(`account ${username}`)),
        ...owners.map((owner) => exclusive(`accounts of ${owner}`)),
        ...work.flatMap(({ locks }) => locks),
      ],
      steps: work.flatMap(({ steps }) => steps),
    },
  );
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
