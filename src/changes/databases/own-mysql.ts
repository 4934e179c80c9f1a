// Changes what an account has on the MariaDB server, as the account itself asks.
import type { Context, FreeContext } from '../../core/context.ts';
import type { Plan } from '../../core/plan.ts';
import { lookAtMysql } from '../../drivers/mysql/look.ts';
import createDatabase from '../../drivers/mysql/steps/create-database.ts';
import createUser from '../../drivers/mysql/steps/create-user.ts';
import dropDatabase from '../../drivers/mysql/steps/drop-database.ts';
import dropUser from '../../drivers/mysql/steps/drop-user.ts';
import setPrivileges from '../../drivers/mysql/steps/set-privileges.ts';
import * as accounts from '../../model/accounts/accounts.ts';
import { hostsOf } from '../../model/databases/hosts.ts';
import { assertMayAdd } from '../../model/databases/limits.ts';
import { assertNewName, type PrefixSize } from '../../model/databases/names.ts';
import {
  assertOwnDatabase,
  assertOwnUser,
  DATABASES,
  ownMysql,
  USERS,
  wantedOf,
  type FoundMysql,
} from '../../model/databases/own-mysql.ts';
import { assertStrong } from '../../model/passwords/passwords.ts';
import { changeDatabases } from '../change-databases.ts';

type OwnContext = Pick<Context, 'db' | 'caller' | 'passwordStrength'>;

const engine = 'mysql';

/** What the server has that may be the caller’s. */
export async function lookForOwn({
  machine,
  transaction,
  caller,
  now,
}: Pick<FreeContext, 'machine' | 'transaction' | 'caller' | 'now'>): Promise<FoundMysql> {
  const at = now();
  const wanted = await transaction('reads', (db) => wantedOf(db, caller.user));
  return lookAtMysql(machine, wanted, at);
}

/** @throws ApiError `bad_param`, `limit_reached`. */
export async function createOwnDatabase(
  { db, caller }: OwnContext,
  { name, prefixSize }: { readonly name: string; readonly prefixSize: PrefixSize },
  found: FoundMysql,
): Promise<Plan> {
  const account = await accounts.getOwn(db, caller);
  const owner = account.username;
  await assertNewName(db, 'name', name, { ...DATABASES, username: owner, prefixSize });
  const { databases } = await ownMysql(db, owner, found);
  assertMayAdd(account, engine, databases.length);
  return changeDatabases({
    ...{ engine, owner },
    added: [{ kind: 'database', name }],
    steps: [createDatabase.plan({ name })],
  });
}

/** @throws ApiError `not_found`. */
export async function removeOwnDatabase(
  { db, caller }: OwnContext,
  name: string,
  found: FoundMysql,
): Promise<Plan> {
  await assertOwnDatabase(db, caller.user, name, found);
  return changeDatabases({
    ...{ engine, owner: caller.user },
    removed: [{ kind: 'database', name }],
    steps: [dropDatabase.plan({ name })],
    irreversible: true,
  });
}

interface NewUser {
  readonly name: string;
  readonly password: string;
  readonly prefixSize: PrefixSize;
}

/** @throws ApiError `bad_param`, `weak_password`. */
export async function createOwnUser(
  context: OwnContext,
  { name, password, prefixSize }: NewUser,
): Promise<Plan> {
  const { db, caller } = context;
  const owner = caller.user;
  await assertNewName(db, 'name', name, { ...USERS, username: owner, prefixSize });
  await assertStrong(context, password, [owner, name], 'mysql');
  return changeDatabases({
    ...{ engine, owner },
    added: [{ kind: 'user', name }],
    steps: [createUser.plan({ name, hosts: await hostsOf(db, owner) })],
    secret: password,
  });
}

/** @throws ApiError `not_found`. */
export async function removeOwnUser(
  { db, caller }: OwnContext,
  name: string,
  found: FoundMysql,
): Promise<Plan> {
  await assertOwnUser(db, caller.user, name, found);
  return changeDatabases({
    ...{ engine, owner: caller.user },
    removed: [{ kind: 'user', name }],
    steps: [dropUser.plan({ name })],
    irreversible: true,
  });
}

interface NewPrivileges {
  readonly user: string;
  readonly database: string;
  /** Empty: no access. */
  readonly privileges: readonly string[];
}

/** @throws ApiError `not_found`. */
export async function setOwnPrivileges(
  { db, caller }: OwnContext,
  { user, database, privileges }: NewPrivileges,
  found: FoundMysql,
): Promise<Plan> {
  await assertOwnUser(db, caller.user, user, found);
  await assertOwnDatabase(db, caller.user, database, found);
  return changeDatabases({
    ...{ engine, owner: caller.user },
    touched: [
      { kind: 'user', name: user },
      { kind: 'database', name: database },
    ],
    steps: [setPrivileges.plan({ user, database, privileges })],
  });
}
