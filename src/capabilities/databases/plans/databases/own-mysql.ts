// Changes what an account has on the MariaDB server, as the account itself asks.
import type { Context, FreeContext } from '../../../../core/context.ts';
import type { Plan, StepResult } from '../../../../core/plan.ts';
import {
  lookAtDatabases,
  lookAtMysql,
  lookAtPair,
  lookAtPrivileges,
  lookAtServer,
  lookAtSizes,
} from '../../driver/mysql/look-mysql.ts';
import type { MysqlMachine } from '../../driver/mysql/server.ts';
import { machineAt, openPlace } from '../../driver/mysql/step.ts';
import addHosts from '../../driver/mysql/steps/add-hosts.ts';
import createDatabase from '../../driver/mysql/steps/create-database.ts';
import createUser from '../../driver/mysql/steps/create-user.ts';
import dropDatabase from '../../driver/mysql/steps/drop-database.ts';
import dropHost from '../../driver/mysql/steps/drop-host.ts';
import dropUser from '../../driver/mysql/steps/drop-user.ts';
import repair from '../../driver/mysql/steps/repair.ts';
import setPasswordStep from '../../driver/mysql/steps/set-password.ts';
import setPrivileges from '../../driver/mysql/steps/set-privileges.ts';
import setUp from '../../driver/mysql/steps/set-up.ts';
import * as accounts from '../../../accounts/rules/accounts.ts';
import { limitOf } from '../../rules/connection-limit.ts';
import * as hosts from '../../rules/hosts.ts';
import { assertNewName, type PrefixSize } from '../../rules/names.ts';
import {
  assertOwnDatabase,
  assertOwnUser,
  assertRoom,
  DATABASES,
  ownMysql,
  USERS,
  wantedOf,
  type FoundDatabases,
  type FoundMysql,
  type FoundUsers,
  type WantedMysql,
} from '../../rules/own-mysql.ts';
import { ALL_PRIVILEGES } from '../../rules/privileges.ts';
import { serverOf } from '../../rules/profiles.ts';
import { assertStrong } from '../../../../ground/rules/passwords/passwords.ts';
import { changeDatabases } from '../change-databases.ts';

type OwnContext = Pick<Context, 'db' | 'caller' | 'passwordStrength'>;

const engine = 'mysql';

/** What a look at the caller’s server needs. */
type Looking = FreeContext & { readonly machine: MysqlMachine };

/** The machine, with the server that has the caller’s databases as its own. */
export async function ownMachine({ machine, transaction, caller, sealer }: Looking): Promise<MysqlMachine> {
  const { at } = await transaction('reads', (db) => serverOf(db, caller.user));
  return machineAt(machine, at && (await openPlace(sealer, at)));
}

/** What the server has that may be the caller’s. */
export function lookForOwn(context: Looking): Promise<FoundMysql> {
  return lookWith(lookAtMysql, context);
}

/** The databases only. Undefined if the account may have any number of them: then the server is not asked. */
export async function lookForRoom(context: Looking): Promise<FoundDatabases | undefined> {
  const { transaction, caller } = context;
  const wanted = await transaction('reads', async (db) => {
    const { settings } = await accounts.getOwn(db, caller);
    return settings.maxDatabases === null ? undefined : wantedOf(db, caller.user);
  });
  return wanted && lookAtDatabases(await ownMachine(context), wanted);
}

/** The same for a dry run of `setUpOwn`, which must also tell the port that the step would find. */
export async function lookForSetUp(context: Looking) {
  const found = await lookForRoom(context);
  return { found, server: context.isDryRun ? await lookAtServer(await ownMachine(context)) : undefined };
}

/** The port that `setUpOwn` found. */
export const setUpPort = (results: readonly StepResult[]) => setUp.resultIn(results)?.port ?? undefined;

/** A database and a user, which may be the caller’s. */
export async function lookForPair(
  context: Looking,
  pair: { readonly user: string; readonly database: string },
): Promise<FoundDatabases & FoundUsers> {
  return lookAtPair(await ownMachine(context), pair);
}

async function lookWith<T>(
  look: (machine: MysqlMachine, wanted: WantedMysql) => Promise<T>,
  context: Looking,
): Promise<T> {
  const { transaction, caller } = context;
  const wanted = await transaction('reads', (db) => wantedOf(db, caller.user));
  return look(await ownMachine(context), wanted);
}

/** The same, with the disk usage of databases. */
export async function lookForOwnSizes(context: Looking) {
  const found = await lookForOwn(context);
  return {
    found,
    sizes: await lookAtSizes(await ownMachine(context), { names: found.databases, prefixes: [] }),
  };
}

/** The same, with what a user may do with a database. The caller must check whose both are. */
export async function lookForOwnPrivileges(context: Looking, user: string, database: string) {
  const found = await lookForOwn(context);
  const isThere = found.users.some(({ name }) => name === user);
  const rows = isThere ? await lookAtPrivileges(await ownMachine(context), user, database) : [];
  return { found, held: rows[0]?.privileges ?? [] };
}

/** Reads something of a database, if it is the caller’s. @throws ApiError `not_found`. */
export async function lookAtOwnDatabase<T>(
  context: Looking,
  name: string,
  work: (machine: MysqlMachine) => Promise<T>,
): Promise<T> {
  const found = await lookForOwn(context);
  await context.transaction('reads', (db) => assertOwnDatabase(db, context.caller.user, name, found));
  return work(await ownMachine(context));
}

/** Where a plan for an account works. */
export async function serverFor(db: Context['db'], owner: string) {
  const { profile, at } = await serverOf(db, owner);
  return { engine, owner, profile, at } as const;
}

/** @throws ApiError `bad_param`, `limit_reached`. */
export async function createOwnDatabase(
  { db, caller }: OwnContext,
  { name, prefixSize }: { readonly name: string; readonly prefixSize: PrefixSize },
  found: FoundDatabases | undefined,
): Promise<Plan> {
  const account = await accounts.getOwn(db, caller);
  const owner = account.username;
  await assertNewName(db, 'name', name, { ...DATABASES, username: owner, prefixSize });
  await assertRoom(db, account, found);
  return changeDatabases({
    ...(await serverFor(db, owner)),
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
    ...(await serverFor(db, caller.user)),
    removed: [{ kind: 'database', name }],
    steps: [dropDatabase.plan({ name })],
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
    ...(await serverFor(db, owner)),
    added: [{ kind: 'user', name }],
    steps: [createUser.plan({ name, hosts: await hosts.hostsOf(db, owner), most: await limitOf(db) })],
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
    ...(await serverFor(db, caller.user)),
    removed: [{ kind: 'user', name }],
    steps: [dropUser.plan({ name })],
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
  found: FoundDatabases & FoundUsers,
): Promise<Plan> {
  await assertOwnUser(db, caller.user, user, found);
  await assertOwnDatabase(db, caller.user, database, found);
  return changeDatabases({
    ...(await serverFor(db, caller.user)),
    touched: [
      { kind: 'user', name: user },
      { kind: 'database', name: database },
    ],
    steps: [setPrivileges.plan({ user, database, privileges })],
  });
}

/** @throws ApiError `not_found`, `weak_password`. */
export async function setPassword(
  context: Pick<Context, 'db' | 'passwordStrength'>,
  { owner, user, password }: { readonly owner: string; readonly user: string; readonly password: string },
  found: FoundMysql,
): Promise<Plan> {
  const { db } = context;
  await assertOwnUser(db, owner, user, found);
  await assertStrong(context, password, [owner, user], 'mysql');
  return changeDatabases({
    ...(await serverFor(db, owner)),
    touched: [{ kind: 'user', name: user }],
    steps: [setPasswordStep.plan({ name: user })],
    irreversible: true,
    secret: password,
  });
}

/** The hosts of `setPassword` for which the server refused it. */
export const refusedPasswords = setPasswordStep.resultIn;

/** @throws ApiError `not_found`. */
export async function repairOwnDatabase(
  { db, caller }: OwnContext,
  database: string,
  found: FoundMysql,
): Promise<Plan> {
  await assertOwnDatabase(db, caller.user, database, found);
  return changeDatabases({
    ...(await serverFor(db, caller.user)),
    touched: [{ kind: 'database', name: database }],
    steps: [repair.plan({ database })],
    irreversible: true,
  });
}

/** The messages of `repairOwnDatabase`. */
export const repairedTables = repair.resultIn;

/** @param given as the caller wrote it. @throws ApiError `bad_param`. */
export async function addOwnHost(
  { db, caller }: OwnContext,
  given: string,
  found: FoundMysql,
): Promise<Plan> {
  const host = hosts.readHost(given);
  const owner = caller.user;
  await hosts.assertMayAdd(db, owner, host);
  return changeDatabases({
    ...(await serverFor(db, owner)),
    addedHosts: [host],
    ...(await widen(db, owner, [host], found)),
  });
}

/** @throws ApiError `bad_param`, `not_found`. */
export async function removeOwnHost(
  { db, caller }: OwnContext,
  given: string,
  found: FoundMysql,
): Promise<Plan> {
  const host = hosts.readHost(given);
  const owner = caller.user;
  await hosts.assertListed(db, owner, host);
  const { users } = await ownMysql(db, owner, found);
  return changeDatabases({
    ...(await serverFor(db, owner)),
    removedHosts: [host],
    touched: users.map((name) => ({ kind: 'user', name })),
    steps: [dropHost.plan({ users, host })],
  });
}

/** Lets every user connect from every host of the list, also users who were made by hand. */
export async function alignOwnUsers({ db, caller }: OwnContext, found: FoundMysql): Promise<Plan> {
  const owner = caller.user;
  return changeDatabases({
    ...(await serverFor(db, owner)),
    ...(await widen(db, owner, await hosts.hostsOf(db, owner), found)),
  });
}

async function widen(db: OwnContext['db'], owner: string, to: readonly string[], found: FoundMysql) {
  const { users } = await ownMysql(db, owner, found);
  return {
    touched: users.map((name) => ({ kind: 'user' as const, name })),
    steps: [addHosts.plan({ users, hosts: to })],
  };
}

interface NewSetup {
  readonly name: string;
  readonly password: string;
}

/** A database, and a user of the same name with all privileges on it. @throws ApiError `limit_reached`. */
export async function setUpOwn(
  { db, caller }: OwnContext,
  { name, password }: NewSetup,
  found: FoundDatabases | undefined,
): Promise<Plan> {
  const account = await accounts.getOwn(db, caller);
  const owner = account.username;
  await assertRoom(db, account, found);
  return changeDatabases({
    ...(await serverFor(db, owner)),
    added: [
      { kind: 'database', name },
      { kind: 'user', name },
    ],
    steps: [
      setUp.plan({
        ...{ name, hosts: await hosts.hostsOf(db, owner), privileges: [ALL_PRIVILEGES] },
        most: await limitOf(db),
      }),
    ],
    secret: password,
  });
}
