// What accounts own on the database servers of this machine is there, and what is there belongs to an account. Nothing is
// dropped: names that belong to nobody may be the administrator’s.
import { MachineError } from '../../../core/machine-error.ts';
import { UNIT } from '../driver/mysql/configuration.ts';
import { withMysql } from '../driver/mysql/server.ts';
import { postgresqlOf } from '../driver/postgresql/server.ts';
import type { Db } from '../../../core/context.ts';
import * as hosts from '../rules/hosts.ts';
import { isReserved, type DatabaseEngine } from '../rules/names.ts';
import { LOCAL_ROLE as MYSQL } from '../rules/own-mysql.ts';
import { ROLE as POSTGRESQL } from '../rules/own-postgresql.ts';
import * as owners from '../rules/owners.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { list, note, ok, problem, warning, withStore, word } from '../../../ground/doctor/check.ts';
import type { Check, Finding, Subject } from '../../../ground/doctor/check.ts';

interface Engine {
  readonly engine: DatabaseEngine;
  readonly role: string;
  readonly server: string;
  readonly unit: string;
  /** The module of UAPI. */
  readonly module: string;
  /** The names that the server has, without its own. */
  readonly read: (
    machine: Subject['machine'],
  ) => Promise<{ readonly isServed: boolean; readonly databases: string[]; readonly users: string[] }>;
}

const engines: readonly Engine[] = [
  {
    ...{ engine: 'mysql', role: MYSQL, server: 'MariaDB', unit: UNIT, module: 'Mysql' },
    read: (machine) =>
      withMysql(machine, async (mysql) => ({
        isServed: mysql.isServed,
        databases: await mysql.databases(),
        users: (await mysql.users()).map(({ name }) => name),
      })),
  },
  {
    ...{
      engine: 'postgresql',
      role: POSTGRESQL,
      server: 'PostgreSQL',
      unit: 'postgresql',
      module: 'Postgresql',
    },
    async read(machine) {
      const catalogue = await postgresqlOf(machine);
      const isServed = (await (await machine.databases()).postgresql()) !== undefined;
      const databases = await catalogue.databaseNames();
      return { isServed, databases, users: await catalogue.users() };
    },
  },
];

const check: Check = {
  title: 'Databases',
  order: 97,
  run: (subject) =>
    withStore(subject, async ({ db }) => {
      const { machine, now } = subject;
      const roles = await rolesOf({ db, system: machine.system });
      const findings: Finding[] = [];
      for (const engine of engines.filter(({ role }) => roles.has(role))) {
        findings.push(...(await examine(engine, { db, machine, now })));
      }
      findings.push(...(await examineHosts(db)));
      return findings.length > 0 ? findings : [ok('No database server is set up for accounts.')];
    }),
};
export default check;

async function examine(
  { engine, server, unit, module, read }: Engine,
  { db, machine, now }: Pick<Subject, 'machine' | 'now'> & { readonly db: Db },
): Promise<Finding[]> {
  const at = now();
  let found: Awaited<ReturnType<Engine['read']>>;
  try {
    found = await read(machine);
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    return [problem(`${server} cannot be used: ${error.message}`, `systemctl restart ${word(unit)}`)];
  }
  const databases = { engine, kind: 'database' } as const;
  const lost = await lostOf(db, databases, found.databases, at);
  const lostUsers = await lostOf(db, { engine, kind: 'user' }, found.users, at);
  const unowned = (await owners.unowned(db, databases, found.databases)).filter(
    (name) => !isReserved('database', name),
  );
  const findings: Finding[] = [];
  if (lostUsers.length > 0) {
    findings.push(
      warning(
        `${server} no longer has users of accounts: ${list(lostUsers, 3)}. Websites that use them cannot connect. ` +
          `Create them again from the backup of the store, or with ${module}::create_user.`,
        'whmapi1 --rebuild',
      ),
    );
  }
  if (lost.length > 0) {
    // The users of a database can drop it.
    findings.push(
      note(
        `${server} no longer has databases that accounts created: ${list(lost, 3)}. ` +
          `If their users did not drop them, restore them from a backup.`,
      ),
    );
  }
  if (unowned.length > 0) {
    findings.push(note(`${server} has databases that belong to no account: ${list(unowned, 3)}.`));
  }
  if (lost.length + lostUsers.length > 0) return findings;
  const holder = found.isServed ? server : `The sandbox’s imitation of ${server}`;
  return [...findings, ok(`${holder} has every database and user that accounts created.`)];
}

/** What accounts own on the server of this machine according to the store, but the server did not have at a time. */
async function lostOf(db: Db, of: owners.Kind, names: readonly string[], at: number): Promise<string[]> {
  const there = new Set(names);
  return (await owners.listAll(db, of))
    .filter(({ name, profile, createdAt }) => {
      return profile === owners.LOCAL_PROFILE && createdAt <= at && !there.has(name);
    })
    .map(({ name }) => name);
}

/** Only notes, because accounts choose it, and the server might not be reachable from elsewhere. */
async function examineHosts(db: Db): Promise<Finding[]> {
  const open = await hosts.listOpen(db);
  return open.slice(0, 3).map(({ owner, host }, index) => {
    const others = index === 2 && open.length > 3 ? ` So may those of ${open.length - 3} more entries.` : '';
    return note(
      `The MariaDB users of “${owner}” may log in from everywhere, because “${host}” is in the remote access list.${others} Mysql::delete_host takes it away.`,
    );
  });
}
