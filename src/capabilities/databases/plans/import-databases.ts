// Creates the databases and users of an unpacked cpmove archive for an account that exists.
import type { Context, FreeContext } from '../../../core/context.ts';
import { ApiError, badParam } from '../../../core/errors.ts';
import {
  defineChange,
  exclusive,
  type Lock,
  type Plan,
  type PlannedStep,
  type StepResult,
} from '../../../core/plan.ts';
import { databaseMeant } from '../driver/mysql/archive/grant-statements.ts';
import { hashKey, readArchive, type ArchivedMysql } from '../driver/mysql/archive/read.ts';
import { lookAtMysql } from '../driver/mysql/look-mysql.ts';
import { stepAt } from '../driver/mysql/step.ts';
import addHosts from '../driver/mysql/steps/add-hosts.ts';
import grantObjects, { type GrantOnObject } from '../driver/mysql/steps/grant-objects.ts';
import importDatabase, { type ChangedDefiner } from '../driver/mysql/steps/import-database.ts';
import importUsers, { type MysqlHashes } from '../driver/mysql/steps/import-users.ts';
import setPrivileges from '../driver/mysql/steps/set-privileges.ts';
import {
  readArchive as readPostgresqlArchive,
  type ArchivedPostgresql,
} from '../driver/postgresql/archive/read.ts';
import { isMd5 } from '../driver/postgresql/archive/role-statements.ts';
import { lookAtPostgresql } from '../driver/postgresql/look-postgresql.ts';
import grantPostgresql from '../driver/postgresql/steps/grant.ts';
import importPostgresqlDatabase, { type LoaderPassword } from '../driver/postgresql/steps/import-database.ts';
import importPostgresqlUser, { type PostgresqlVerifiers } from '../driver/postgresql/steps/import-user.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import { limitOf } from '../rules/connection-limit.ts';
import { lockOf } from '../rules/locks.ts';
import * as hosts from '../rules/hosts.ts';
import { tellAboutKept } from '../rules/importable.ts';
import { importedMysql, type ImportedMysql } from '../rules/imported-mysql.ts';
import { importedPostgresql, randomPassword, type ImportedPostgresql } from '../rules/imported-postgresql.ts';
import * as mysql from '../rules/own-mysql.ts';
import * as postgresql from '../rules/own-postgresql.ts';
import type { DatabaseEngine } from '../rules/names.ts';
import * as owners from '../rules/owners.ts';
import { ALL_PRIVILEGES } from '../rules/privileges.ts';
import { serverOf } from '../rules/profiles.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { ownMachine } from './databases/own-mysql.ts';

interface ImportDatabases {
  readonly owner: string;
  readonly mysql: {
    readonly profile: string;
    readonly databases: readonly string[];
    readonly users: readonly string[];
    readonly hosts: readonly hosts.RemoteHost[];
    readonly kept?: Names;
  };
  /** Absent in plans from before PostgreSQL databases were imported. */
  readonly postgresql?: Names & { readonly kept?: Names };
}

/** `kept`, of what existed, is absent in plans from before such databases and users were kept. */
interface Names {
  readonly databases: readonly string[];
  readonly users: readonly string[];
}

const change = defineChange<ImportDatabases>({
  kind: 'import-databases',
  async store(db, { owner, mysql: ofMysql, postgresql: more }, { now }) {
    const { profile, databases, users, hosts: added } = ofMysql;
    const insert = async (of: owners.Kind, on: string, names: readonly string[]) => {
      for (const name of names) await owners.insert(db, of, { name, owner, profile: on, createdAt: now() });
    };
    const adopt = (of: owners.Kind, on: string, names: readonly string[] = []) =>
      owners.adopt(db, of, { owner, profile: on, names, now: now() });
    await adopt(mysql.DATABASES, profile, ofMysql.kept?.databases);
    await adopt(mysql.USERS, profile, ofMysql.kept?.users);
    await adopt(postgresql.DATABASES, owners.LOCAL_PROFILE, more?.kept?.databases);
    await adopt(postgresql.USERS, owners.LOCAL_PROFILE, more?.kept?.users);
    await insert(mysql.DATABASES, profile, databases);
    await insert(mysql.USERS, profile, users);
    for (const { host, note } of added) {
      await hosts.add(db, owner, host);
      await hosts.setNote(db, owner, host, note);
    }
    await insert(postgresql.DATABASES, owners.LOCAL_PROFILE, more?.databases ?? []);
    await insert(postgresql.USERS, owners.LOCAL_PROFILE, more?.users ?? []);
  },
});
export default change;

/** What the archive has, and what the servers have. Absent: the archive has nothing of the kind. */
export interface FoundForImport {
  readonly mysql?: { readonly archived: ArchivedMysql; readonly found: mysql.FoundMysql };
  readonly postgresql?: { readonly archived: ArchivedPostgresql; readonly found: postgresql.FoundPostgresql };
}

/** @throws ApiError `not_found`, `disabled`; MachineError `not_found`, `failed` for the directory. */
export async function lookForImport(
  context: FreeContext,
  { username, directory }: { readonly username: string; readonly directory: string },
): Promise<FoundForImport> {
  const { machine, transaction, system, caller } = context;
  const { roles, wanted } = await transaction('reads', async (db) => {
    await accounts.get(db, caller, username);
    return {
      roles: await rolesOf({ db, system }),
      wanted: {
        mysql: await mysql.wantedOf(db, username),
        postgresql: await postgresql.wantedOf(db, username),
      },
    };
  });
  const archivedMysql = await readArchive(machine, directory);
  const archivedPostgresql = await readPostgresqlArchive(machine, directory);
  const has = {
    mysql: hasAny(archivedMysql) || archivedMysql.logins.length + archivedMysql.notes.size > 0,
    postgresql: hasAny(archivedPostgresql) || archivedPostgresql.users.length > 0,
  };
  if (!has.mysql && !has.postgresql) {
    throw badParam(`The directory “${directory}” has no databases and no database users.`);
  }
  for (const [needed, role] of [
    [has.mysql, mysql.ROLE] as const,
    [has.postgresql, postgresql.ROLE] as const,
  ]) {
    if (needed && !roles.has(role)) {
      throw new ApiError(
        'disabled',
        `This server does not have the role “${role}”, which the databases need.`,
      );
    }
  }
  const more = (
    { names, prefixes }: { readonly names: readonly string[]; readonly prefixes: readonly string[] },
    added: readonly { readonly name: string }[],
  ) => ({ names: [...names, ...added.map(({ name }) => name)], prefixes });
  return {
    ...(has.mysql && {
      mysql: {
        archived: archivedMysql,
        found: await lookAtMysql(await ownMachine({ ...context, caller: { ...caller, user: username } }), {
          databases: more(wanted.mysql.databases, archivedMysql.databases),
          users: more(
            wanted.mysql.users,
            archivedMysql.logins.map(({ user: name }) => ({ name })),
          ),
        }),
      },
    }),
    ...(has.postgresql && {
      postgresql: {
        archived: archivedPostgresql,
        found: await lookAtPostgresql(machine, {
          databases: more(
            wanted.postgresql.databases,
            archivedPostgresql.databases.map((name) => ({ name })),
          ),
          users: more(wanted.postgresql.users, archivedPostgresql.users),
        }),
      },
    }),
  };
}

const hasAny = ({ databases, grants }: Record<'databases' | 'grants', readonly unknown[]>) =>
  databases.length + grants.length > 0;

interface About {
  readonly directory: string;
  readonly account: accounts.Account;
  /** The name of the users who load the dumps. */
  readonly loader: string;
  /** The most connections that each user has at once. 0: any number. */
  readonly most: number;
}

/** @throws ApiError `not_found`, `bad_param`, `limit_reached`. */
export async function importDatabases(
  context: Context,
  { username, directory }: { readonly username: string; readonly directory: string },
  found: FoundForImport,
): Promise<Plan> {
  const account = await accounts.get(context.db, context.caller, username);
  const loader = `whmapi1_import_${Buffer.from(await context.randomBytes(4)).toString('hex')}`;
  const about = { directory, account, loader, most: await limitOf(context.db) };
  const ofMysql = await planMysql(context, about, found.mysql);
  const ofPostgresql = await planPostgresql(context, about, found.postgresql);
  const secret: MysqlHashes & PostgresqlVerifiers & LoaderPassword = {
    mysql: ofMysql.hashes,
    postgresql: ofPostgresql.verifiers,
    loader: await randomPassword(context),
  };
  return change.plan(
    { owner: username, mysql: ofMysql.stored, postgresql: ofPostgresql.stored },
    {
      locks: [exclusive(`account ${username}`), ...ofMysql.locks, ...ofPostgresql.locks],
      steps: [...ofMysql.steps, ...ofPostgresql.steps],
      secret: JSON.stringify(secret),
    },
  );
}

async function planMysql(
  context: Context,
  about: About,
  looked: FoundForImport['mysql'],
): Promise<{
  readonly stored: ImportDatabases['mysql'];
  readonly hashes: MysqlHashes['mysql'];
  readonly locks: readonly Lock[];
  readonly steps: readonly PlannedStep[];
}> {
  if (looked === undefined) {
    const stored = { profile: owners.LOCAL_PROFILE, databases: [], users: [], hosts: [] };
    return { stored, hashes: {}, locks: [], steps: [] };
  }
  const { db, inform, isDryRun } = context;
  const { archived, found } = looked;
  const { account } = about;
  const { username } = account;
  const names = archived.databases.map(({ name }) => name);
  const { hashes } = archived;
  const imported = await importedMysql(
    context,
    account,
    {
      ...archived,
      grants: archived.grants.map(({ pattern, ...one }) => ({
        ...one,
        database: databaseMeant(pattern, names),
      })),
      hashOf: (user, host) => hashes.get(hashKey(user, host)),
    },
    found,
  );
  const { profile, at, client } = await serverOf(db, username);
  const { kept } = imported;
  const users = imported.users.map(({ name }) => name);
  const databases = imported.databases.map(({ name }) => name);
  tellAboutKept(context, kept);
  if (!isDryRun) {
    const counts = `${databases.length} MariaDB databases and ${users.length} users`;
    inform(`Imported for “${username}”: ${counts}.`);
    for (const { host } of imported.hosts) inform(`Added to the remote access list: ${host}.`);
  }
  const own = (await mysql.ownMysql(db, username, found)).users;
  const existing = found.users.filter(({ name }) => own.includes(name));
  const steps = mysqlSteps(imported, about, { client, own: existing });
  return {
    stored: { profile, databases, users, hosts: imported.hosts, kept },
    hashes: imported.hashes,
    locks: locksOf('mysql', {
      databases: names,
      users: [...new Set([...users, ...imported.widened, ...imported.grants.map(({ user }) => user)])],
    }),
    steps: steps.map((step) => stepAt(at, step)),
  };
}

function mysqlSteps(
  { users, databases, grants, objects, hosts: added, widened }: ImportedMysql,
  { directory, account, loader, most }: About,
  { client, own }: { readonly client: string; readonly own: ImportedMysql['users'] },
): PlannedStep[] {
  const isLocked = account.suspendedAt !== null;
  const definerOf = (database: string) => {
    const on = grants.filter((one) => one.database === database);
    return (on.find(({ privileges }) => privileges.includes(ALL_PRIVILEGES)) ?? on[0])?.user;
  };
  return [
    ...(users.length === 0 ? [] : [importUsers.plan({ users, isLocked, most })]),
    ...databases.map(({ name: database, characterSet, collation }) =>
      importDatabase.plan({
        ...{ directory, database, characterSet, collation, loader, client },
        ...{ users: [...users, ...own], definer: definerOf(database), kept: own.map(({ name }) => name) },
      }),
    ),
    ...grants.map((grant) => setPrivileges.plan(grant)),
    ...(objects.length === 0 ? [] : [grantObjects.plan({ grants: objects })]),
    ...(widened.length === 0
      ? []
      : [addHosts.plan({ users: widened, hosts: added.map(({ host }) => host) })]),
  ];
}

async function planPostgresql(
  context: Context,
  about: About,
  looked: FoundForImport['postgresql'],
): Promise<{
  readonly stored: NonNullable<ImportDatabases['postgresql']>;
  readonly verifiers: PostgresqlVerifiers['postgresql'];
  readonly locks: readonly Lock[];
  readonly steps: readonly PlannedStep[];
}> {
  if (looked === undefined)
    return { stored: { databases: [], users: [] }, verifiers: {}, locks: [], steps: [] };
  const { inform, warn, isDryRun } = context;
  const { archived, found } = looked;
  const imported = await importedPostgresql(context, about.account, { ...archived, isMd5 }, found);
  const { databases, users, verifiers, kept } = imported;
  for (const path of archived.others) warn(`“${path}” was left out, because such a file is not known.`);
  tellAboutKept(context, kept);
  if (!isDryRun) {
    const counts = `${databases.length} PostgreSQL databases and ${users.length} users`;
    inform(`Imported for “${about.account.username}”: ${counts}.`);
  }
  return {
    stored: { databases, users, kept },
    verifiers,
    locks: locksOf('postgresql', {
      databases: [...databases, ...kept.databases],
      users: [...users, ...kept.users],
    }),
    steps: postgresqlSteps(imported, about),
  };
}

function postgresqlSteps(
  { databases, users, grants }: ImportedPostgresql,
  { directory, account, loader, most }: About,
): PlannedStep[] {
  const { username } = account;
  const isLocked = account.suspendedAt !== null;
  return [
    ...users.map((name) => importPostgresqlUser.plan({ name, isLocked, most })),
    ...databases.map((database) => importPostgresqlDatabase.plan({ directory, database, loader, username })),
    ...grants.map((one) => grantPostgresql.plan({ ...one, isGranted: true })),
  ];
}

function locksOf(
  engine: DatabaseEngine,
  { databases, users }: { readonly databases: readonly string[]; readonly users: readonly string[] },
): Lock[] {
  return [
    ...databases.map((name) => lockOf(engine, { kind: 'database', name })),
    ...users.map((name) => lockOf(engine, { kind: 'user', name })),
  ];
}

/** Says which definers are others than in the dumps. */
export function tellAboutDefiners({ warn }: Context, results: readonly StepResult[]): void {
  for (const { kind, value } of results) {
    if (kind !== importDatabase.kind) continue;
    for (const { kind: object, name, from, to } of value as readonly ChangedDefiner[]) {
      const before =
        from === '' ? 'had no definer' : `had the definer “${from}”, who is not a user of the account`;
      warn(
        `The ${object} “${name}” ${before}. ` +
          (to === undefined
            ? 'It has none now, so it cannot be used: create a database user, and then define it again.'
            : `It has “${to}” now.`),
      );
    }
  }
}

/** Says which privileges were left out, because what they are on does not exist. */
export function tellAboutMissing({ warn }: Context, results: readonly StepResult[]): void {
  for (const { kind, value } of results) {
    if (kind !== grantObjects.kind) continue;
    for (const { user, database, object } of value as readonly GrantOnObject[]) {
      warn(
        `Privileges of “${user}” on “${object}” of “${database}” were left out, because it, or a column that they name, ` +
          'does not exist.',
      );
    }
  }
}
