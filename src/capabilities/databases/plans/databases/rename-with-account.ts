// Gives an account’s databases and their users the prefix of the account’s new name.
import type { Context, FreeContext } from '../../../../core/context.ts';
import { badParam } from '../../../../core/errors.ts';
import type { Lock, PlannedStep } from '../../../../core/plan.ts';
import { lookAtMysql } from '../../driver/mysql/look-mysql.ts';
import { machineAt, openPlace, stepAt } from '../../driver/mysql/step.ts';
import renameMysqlDatabase from '../../driver/mysql/steps/rename-database.ts';
import renameMysqlUser from '../../driver/mysql/steps/rename-user.ts';
import { losesPassword, lookAtPostgresql } from '../../driver/postgresql/look-postgresql.ts';
import renamePostgresqlDatabase from '../../driver/postgresql/steps/rename-database.ts';
import renamePostgresqlUser from '../../driver/postgresql/steps/rename-user.ts';
import * as accounts from '../../../accounts/rules/accounts.ts';
import { lockOf } from '../../rules/locks.ts';
import {
  hasPrefixOf,
  nameAfterRenaming,
  prefixesOf,
  type DatabaseEngine,
  type ObjectKind,
} from '../../rules/names.ts';
import * as mysql from '../../rules/own-mysql.ts';
import * as postgresql from '../../rules/own-postgresql.ts';
import * as owners from '../../rules/owners.ts';
import { serverOf } from '../../rules/profiles.ts';
import { rolesOf } from '../../../../ground/rules/roles/active-profile.ts';

/** The former and the new name. */
export interface Names {
  readonly from: string;
  readonly to: string;
}

/** What a server has that begins with the former or the new name, or belongs to the account. */
interface FoundAt {
  readonly wanted: Readonly<Record<'databases' | 'users', owners.WantedNames>>;
  readonly databases: readonly string[];
  readonly users: readonly string[];
}

/** Absent: this server has no such role. */
export interface FoundToRename {
  readonly mysql?: FoundAt;
  readonly postgresql?: FoundAt & {
    /** Those who would have no password under another name. */
    readonly losePassword: readonly string[];
  };
}

interface Renamed {
  readonly kind: ObjectKind;
  readonly from: string;
  readonly to: string;
}

/** What the store does: JSON. */
export interface RenamedAt {
  readonly engine: DatabaseEngine;
  readonly profile: string;
  readonly renamed: readonly Renamed[];
}

export interface RenamingOfDatabases {
  readonly stored: readonly RenamedAt[];
  readonly steps: readonly PlannedStep[];
  readonly locks: readonly Lock[];
  /** The MariaDB databases, in the order of their steps. */
  readonly mysqlDatabases: readonly Names[];
}

/** @throws ApiError `not_found`. */
export async function lookForPrefixed(context: FreeContext, { from, to }: Names): Promise<FoundToRename> {
  const { machine, system, transaction, caller, sealer } = context;
  const { roles, server, wanted } = await transaction('reads', async (db) => {
    await accounts.get(db, caller, from);
    return {
      roles: await rolesOf({ db, system }),
      server: await serverOf(db, from),
      wanted: { mysql: await mysql.wantedOf(db, from), postgresql: await postgresql.wantedOf(db, from) },
    };
  });
  const both = ({ databases, users }: mysql.WantedMysql) => {
    const prefixes = [...prefixesOf(from), ...prefixesOf(to)];
    return { databases: { ...databases, prefixes }, users: { ...users, prefixes } };
  };
  let found: FoundToRename = {};
  if (roles.has(mysql.ROLE)) {
    const place = server.at && (await openPlace(sealer, server.at));
    const { databases, users } = await lookAtMysql(machineAt(machine, place), both(wanted.mysql));
    found = { mysql: { wanted: wanted.mysql, databases, users: users.map(({ name }) => name) } };
  }
  if (roles.has(postgresql.ROLE)) {
    const { databases, users } = await lookAtPostgresql(machine, both(wanted.postgresql));
    const losePassword: string[] = [];
    for (const user of users)
      if (hasPrefixOf(from, user) && (await losesPassword(machine, user))) losePassword.push(user);
    found = {
      ...found,
      postgresql: {
        wanted: wanted.postgresql,
        ...{ databases: databases.map(({ name }) => name), users, losePassword },
      },
    };
  }
  return found;
}

/** @throws ApiError `bad_param` if a new name is too long or taken, or a user would lose its password. */
export async function renameWithAccount(
  { db }: Context,
  names: Names,
  found: FoundToRename,
): Promise<RenamingOfDatabases> {
  const stored: RenamedAt[] = [];
  const steps: PlannedStep[] = [];
  const locks: Lock[] = [];
  const take = (engine: DatabaseEngine, profile: string, renamed: readonly Renamed[]) => {
    if (renamed.length > 0) stored.push({ engine, profile, renamed });
    for (const { kind, from, to } of renamed)
      locks.push(lockOf(engine, { kind, name: from }), lockOf(engine, { kind, name: to }));
  };
  if (found.mysql !== undefined) {
    const { profile, at } = await serverOf(db, names.from);
    const own = await ownNames(db, 'mysql', names, found.mysql);
    take('mysql', profile, own.renamed);
    // The definitions in these databases change, under the new names.
    const databases = own.databases.map(
      (name) => own.renamed.find((one) => one.kind === 'database' && one.from === name)?.to ?? name,
    );
    for (const { kind, from, to } of own.renamed) {
      const step =
        kind === 'database'
          ? renameMysqlDatabase.plan({ from, to })
          : renameMysqlUser.plan({ from, to, databases });
      steps.push(stepAt(at, step));
    }
    if (own.renamed.some(({ kind }) => kind === 'user'))
      locks.push(...databases.map((name) => lockOf('mysql', { kind: 'database', name })));
  }
  if (found.postgresql !== undefined) {
    const { renamed } = await ownNames(db, 'postgresql', names, found.postgresql);
    take('postgresql', owners.LOCAL_PROFILE, renamed);
    for (const { kind, from, to } of renamed) {
      if (kind === 'user') assertKeepsPassword(from, found.postgresql.losePassword);
      steps.push(
        kind === 'database'
          ? renamePostgresqlDatabase.plan({ from, to })
          : renamePostgresqlUser.plan({ from, to, hasPassword: false }),
      );
    }
  }
  const ofMysql = stored.find(({ engine }) => engine === 'mysql')?.renamed ?? [];
  return { stored, steps, locks, mysqlDatabases: ofMysql.filter(({ kind }) => kind === 'database') };
}

/** The account’s names, and what the ones with its prefix become: first databases, then users. */
async function ownNames(
  db: Context['db'],
  engine: DatabaseEngine,
  names: Names,
  found: FoundAt,
): Promise<{ databases: readonly string[]; renamed: Renamed[] }> {
  const renamed: Renamed[] = [];
  const own = async (kind: ObjectKind) => {
    const [there, wanted] =
      kind === 'user' ? [found.users, found.wanted.users] : [found.databases, found.wanted.databases];
    const present = await owners.namesOf(db, { engine, kind }, names.from, { wanted, names: there });
    const taken = new Set(there);
    for (const from of present.filter((name) => hasPrefixOf(names.from, name))) {
      const to = nameAfterRenaming({ engine, kind }, from, names);
      if (to === from) continue;
      if (taken.has(to)) throw takenBy(engine, kind, from, to);
      taken.add(to);
      renamed.push({ kind, from, to });
    }
    return present;
  };
  const databases = await own('database');
  await own('user');
  return { databases, renamed };
}

const servers = { mysql: 'MariaDB', postgresql: 'PostgreSQL' } as const;

function takenBy(engine: DatabaseEngine, kind: ObjectKind, from: string, to: string) {
  return badParam(
    `The ${kind} “${from}” cannot become “${to}”: ${servers[engine]} already has a ${kind} of this name. ` +
      'Rename or remove one of them first, or call without rename_database_objects.',
  );
}

function assertKeepsPassword(user: string, losePassword: readonly string[]): void {
  if (!losePassword.includes(user)) return;
  throw badParam(
    `PostgreSQL would remove the password of “${user}”, because it is stored in the old form “MD5”. Set its password ` +
      'first, or call without rename_database_objects.',
  );
}
