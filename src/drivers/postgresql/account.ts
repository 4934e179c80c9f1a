// The PostgreSQL databases and users of an account.
import type { Account } from '../../model/accounts/accounts.ts';
import { prefixesOf } from '../../model/databases/names.ts';
import { DATABASES, ROLE, USERS } from '../../model/databases/own-postgresql.ts';
import * as owners from '../../model/databases/owners.ts';
import type { AccountPart, PartDependencies } from '../account-part.ts';
import type { OwnedNames } from './owned-names.ts';
import dropAll from './steps/drop-all.ts';
import setLogin from './steps/set-login.ts';

export const part: AccountPart = {
  suspended: async (world, account) => loginSteps(world, account, false),
  unsuspended: async (world, account) => loginSteps(world, account, true),
  removed: async (world, account) =>
    world.roles.has(ROLE) ? [dropAll.plan(await ownedNames(world, account))] : [],
};

async function loginSteps(world: PartDependencies, account: Account, mayLogIn: boolean) {
  return world.roles.has(ROLE) ? [setLogin.plan({ owned: await ownedNames(world, account), mayLogIn })] : [];
}

async function ownedNames({ db }: PartDependencies, { username }: Account): Promise<OwnedNames> {
  const of = async (kind: owners.Kind) => ({
    own: (await owners.listOf(db, kind, username)).map(({ name }) => name),
    others: await owners.othersWithPrefixOf(db, kind, username),
  });
  return { username, prefixes: prefixesOf(username), databases: await of(DATABASES), users: await of(USERS) };
}
