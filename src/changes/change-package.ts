// A package changes, and the accounts that have it.
import type { Db } from '../core/context.ts';
import { defineOperation } from '../core/operation.ts';
import * as accounts from '../model/accounts/accounts.ts';
import type { Change } from '../model/packages/accounts.ts';
import * as packages from '../model/packages/packages.ts';
import { stepsOf } from './change-account.ts';

export interface ChangePackage {
  readonly package: packages.Content;
  readonly accounts: readonly Change[];
}

export default defineOperation<ChangePackage>({
  claims: ({ package: { name }, accounts: changes }) => [
    `package ${name}`,
    ...changes.map(({ before }) => `account ${before.username}`),
    ...changes
      .map(({ before }) => before.owner)
      .flatMap((owner) => (owner === 'root' ? [] : [`accounts of ${owner}`])),
  ],
  steps: ({ accounts: changes }) => changes.flatMap(stepsOf),
  async finish(db, input) {
    await ensureAllAreThere(db, input);
    await packages.store(db, input.package);
    for (const { after } of input.accounts) await accounts.update(db, after);
  },
});

/** An account that has got the package meanwhile would be left out. @throws ApiError `busy`. */
async function ensureAllAreThere(
  db: Db,
  { package: { name }, accounts: changes }: ChangePackage,
): Promise<void> {
  const known = new Set(changes.map(({ before }) => before.username));
  const now = await accounts.listOfPackage(db, name);
  if (!now.every(({ username }) => known.has(username))) throw packages.changedMeanwhile(name);
}
