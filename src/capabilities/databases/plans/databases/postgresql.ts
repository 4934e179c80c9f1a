// Changes what an account has on the PostgreSQL server, as the account or an administrator asks.
import type { Context, FreeContext } from '../../../../core/context.ts';
import { badParam } from '../../../../core/errors.ts';
import type { Plan } from '../../../../core/plan.ts';
import { losesPassword, lookAtPostgresql } from '../../driver/postgresql/look-postgresql.ts';
import type { PostgresqlMachine } from '../../driver/postgresql/server.ts';
import createDatabase from '../../driver/postgresql/steps/create-database.ts';
import createUser from '../../driver/postgresql/steps/create-user.ts';
import dropDatabase from '../../driver/postgresql/steps/drop-database.ts';
import dropUser from '../../driver/postgresql/steps/drop-user.ts';
import grant from '../../driver/postgresql/steps/grant.ts';
import renameDatabaseStep from '../../driver/postgresql/steps/rename-database.ts';
import renameUserStep from '../../driver/postgresql/steps/rename-user.ts';
import setPasswordStep from '../../driver/postgresql/steps/set-password.ts';
import share from '../../driver/postgresql/steps/share.ts';
import * as accounts from '../../../accounts/rules/accounts.ts';
import { limitOf } from '../../rules/connection-limit.ts';
import { lookIfPossible } from '../../rules/counts.ts';
import { assertMayAdd } from '../../rules/limits.ts';
import { assertNewName } from '../../rules/names.ts';
import { ownerNamed } from '../../rules/named-object.ts';
import {
  assertOwn,
  DATABASES,
  ownDatabases,
  ownUsers,
  ROLE,
  USERS,
  wantedOf,
  type FoundPostgresql,
} from '../../rules/own-postgresql.ts';
import { SALT_BYTES, scramVerifier } from '../../rules/scram.ts';
import { assertStrong } from '../../../../ground/rules/passwords/passwords.ts';
import { changeDatabases } from '../change-databases.ts';

type LookContext = FreeContext & { readonly machine: PostgresqlMachine };

const engine = 'postgresql';

/** What the server has that may be the account’s. */
export async function lookFor(
  { machine, transaction }: LookContext,
  owner: string,
): Promise<FoundPostgresql> {
  const wanted = await transaction('reads', (db) => wantedOf(db, owner));
  return lookAtPostgresql(machine, wanted);
}

/** The same for the account that has what a function of WHM names. @throws ApiError `not_found`, `denied`. */
export async function lookForNamed(
  context: LookContext,
  of: typeof DATABASES | typeof USERS,
  name: string,
  given: string | undefined,
): Promise<FoundPostgresql> {
  const { transaction, caller } = context;
  const owner = await transaction('reads', (db) => ownerNamed({ db, caller }, of, name, given));
  return lookFor(context, owner);
}

/** What an account keeps if its addon domain leaves it. */
export function lookForStaying(context: LookContext, owner: string) {
  return lookIfPossible(context, ROLE, () => lookFor(context, owner));
}

/** Says which databases and users stay. */
export async function tellAboutStaying(
  { db, warn }: Context,
  owner: string,
  looked: Awaited<ReturnType<typeof lookForStaying>>,
): Promise<void> {
  if (looked === undefined) return;
  if ('unknown' in looked) {
    warn(
      `PostgreSQL databases of “${owner}” stay with it, but it is not known whether it has any. ${looked.unknown}`,
    );
    return;
  }
  const { found } = looked;
  const named = (kind: string, names: readonly string[]) => names.map((name) => `${kind} “${name}”`);
  const staying = [
    ...named('database', await ownDatabases(db, owner, found)),
    ...named('user', await ownUsers(db, owner, found)),
  ];
  if (staying.length === 0) return;
  warn(
    `On PostgreSQL, these stay with “${owner}”, and still work for the website: ${staying.join(', ')}. An administrator ` +
      'can move them by renaming. The description of convert_addon_initiate_conversion says how.',
  );
}

/** @throws ApiError `bad_param`, `limit_reached`. */
export async function createOwnDatabase(
  { db, caller }: Context,
  name: string,
  found: FoundPostgresql,
): Promise<Plan> {
  const account = await accounts.getOwn(db, caller);
  const owner = account.username;
  await assertNewName(db, 'name', name, { ...DATABASES, username: owner });
  assertMayAdd(account, engine, (await ownDatabases(db, owner, found)).length);
  return changeDatabases({
    ...{ engine, owner },
    added: [{ kind: 'database', name }],
    steps: [createDatabase.plan({ name })],
  });
}

/** @throws ApiError `not_found`. */
export async function removeOwnDatabase(
  { db, caller }: Context,
  name: string,
  found: FoundPostgresql,
): Promise<Plan> {
  await assertOwn(db, DATABASES, caller.user, name, found);
  return changeDatabases({
    ...{ engine, owner: caller.user },
    removed: [{ kind: 'database', name }],
    steps: [dropDatabase.plan({ name })],
  });
}

interface Renaming {
  readonly owner: string;
  readonly from: string;
  readonly to: string;
}

/** @throws ApiError `bad_param`, `not_found`. */
export async function renameDatabase(
  { db }: Context,
  { owner, from, to }: Renaming,
  found: FoundPostgresql,
): Promise<Plan> {
  await assertOwn(db, DATABASES, owner, from, found);
  await assertNewName(db, 'newname', to, { ...DATABASES, username: owner });
  assertOther(from, to);
  return changeDatabases({
    ...{ engine, owner },
    renamed: [{ kind: 'database', from, to }],
    steps: [renameDatabaseStep.plan({ from, to })],
  });
}

interface Password {
  readonly owner: string;
  readonly name: string;
  readonly password: string;
}

/** @throws ApiError `bad_param`, `weak_password`. */
export async function createOwnUser(
  context: Context,
  { name, password }: Omit<Password, 'owner'>,
): Promise<Plan> {
  const owner = context.caller.user;
  await assertNewName(context.db, 'name', name, { ...USERS, username: owner });
  return changeDatabases({
    ...{ engine, owner },
    added: [{ kind: 'user', name }],
    steps: [createUser.plan({ name, most: await limitOf(context.db) })],
    secret: await verifierOf(context, { owner, name, password }),
  });
}

/** @throws ApiError `not_found`. */
export async function removeOwnUser(
  { db, caller }: Context,
  name: string,
  found: FoundPostgresql,
): Promise<Plan> {
  await assertOwn(db, USERS, caller.user, name, found);
  return changeDatabases({
    ...{ engine, owner: caller.user },
    removed: [{ kind: 'user', name }],
    steps: [dropUser.plan({ name })],
  });
}

/** @throws ApiError `bad_param` if the user would have no password afterwards. */
export async function assertKeepsPassword(
  { machine }: FreeContext,
  { users }: FoundPostgresql,
  name: string,
): Promise<void> {
  if (!users.includes(name) || !(await losesPassword(machine, name))) return;
  throw badParam(
    `PostgreSQL would remove the password of “${name}”, because it is stored in the old form “MD5”. Set a password ` +
      'together with the new name: rename_user.',
  );
}

/**
 * @param password a new one. Absent: the former one stays.
 * @throws ApiError `bad_param`, `not_found`, `weak_password`.
 */
export async function renameUser(
  context: Context,
  { owner, from, to, password }: Renaming & { readonly password?: string },
  found: FoundPostgresql,
): Promise<Plan> {
  const { db } = context;
  await assertOwn(db, USERS, owner, from, found);
  await assertNewName(db, 'newname', to, { ...USERS, username: owner });
  assertOther(from, to);
  const hasPassword = password !== undefined;
  return changeDatabases({
    ...{ engine, owner },
    renamed: [{ kind: 'user', from, to }],
    steps: [renameUserStep.plan({ from, to, hasPassword })],
    ...(hasPassword && { secret: await verifierOf(context, { owner, name: to, password }) }),
  });
}

/** @throws ApiError `not_found`, `weak_password`. */
export async function setPassword(
  context: Context,
  { owner, name, password }: Password,
  found: FoundPostgresql,
): Promise<Plan> {
  await assertOwn(context.db, USERS, owner, name, found);
  return changeDatabases({
    ...{ engine, owner },
    touched: [{ kind: 'user', name }],
    steps: [setPasswordStep.plan({ name })],
    irreversible: true,
    secret: await verifierOf(context, { owner, name, password }),
  });
}

interface Privileges {
  readonly database: string;
  readonly user: string;
  readonly isGranted: boolean;
}

/** @throws ApiError `not_found`. */
export async function setOwnPrivileges(
  { db, caller }: Context,
  { database, user, isGranted }: Privileges,
  found: FoundPostgresql,
): Promise<Plan> {
  await assertOwn(db, DATABASES, caller.user, database, found);
  await assertOwn(db, USERS, caller.user, user, found);
  return changeDatabases({
    ...{ engine, owner: caller.user },
    touched: [
      { kind: 'database', name: database },
      { kind: 'user', name: user },
    ],
    steps: [grant.plan({ database, user, isGranted })],
  });
}

export async function updateOwnPrivileges(
  { db, caller, inform }: Context,
  found: FoundPostgresql,
): Promise<Plan> {
  const databases = await ownDatabases(db, caller.user, found);
  if (databases.length === 0) inform('The account has no PostgreSQL databases, so nothing was changed.');
  return changeDatabases({
    ...{ engine, owner: caller.user },
    touched: databases.map((name) => ({ kind: 'database', name })),
    steps: databases.length === 0 ? [] : [share.plan({ databases })],
  });
}

/** What PostgreSQL stores instead of a new password. @throws ApiError `weak_password`. */
async function verifierOf(context: Context, { owner, name, password }: Password): Promise<string> {
  await assertStrong(context, password, [owner, name], 'postgres');
  return scramVerifier(password, await context.randomBytes(SALT_BYTES));
}

function assertOther(from: string, to: string): void {
  if (from === to) throw badParam(`The new name is the present name “${to}”.`);
}
