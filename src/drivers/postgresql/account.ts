// The PostgreSQL databases and users of an account.
import type { Account } from '../../model/accounts/accounts.ts';
import { DATABASES, ROLE, USERS } from '../../model/databases/own-postgresql.ts';
import type { AccountPart, PartDependencies } from '../account-part.ts';
import { ownedNames } from '../databases/owned-names.ts';
import dropAll from './steps/drop-all.ts';
import findOwned from './steps/find-owned.ts';
import setLogin from './steps/set-login.ts';

export const part: AccountPart = {
  // The new name has another prefix: what belongs to the account by the former prefix is stored as its own.
  released: async (world, before, after) =>
    world.roles.has(ROLE) && before.username !== after.username
      ? [findOwned.plan(await namesOf(world, before))]
      : [],
  suspended: async (world, account) => loginSteps(world, account, false),
  unsuspended: async (world, account) => loginSteps(world, account, true),
  removed: async (world, account) =>
    world.roles.has(ROLE) ? [dropAll.plan(await namesOf(world, account))] : [],
};

async function loginSteps(world: PartDependencies, account: Account, mayLogIn: boolean) {
  return world.roles.has(ROLE) ? [setLogin.plan({ owned: await namesOf(world, account), mayLogIn })] : [];
}

const namesOf = ({ db }: PartDependencies, { username }: Account) =>
  ownedNames(db, { databases: DATABASES, users: USERS }, username);
