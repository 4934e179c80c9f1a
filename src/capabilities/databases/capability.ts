import type { Db } from '../../core/context.ts';
import type { StepResult } from '../../core/plan.ts';
import { defineCapability } from '../define.ts';
import { part as mysql } from './driver/mysql/account.ts';
import { role as mysqlRole } from './driver/mysql/role.ts';
import findMysql from './driver/mysql/steps/find-owned.ts';
import { part as postgresql } from './driver/postgresql/account.ts';
import { role as postgresqlRole } from './driver/postgresql/role.ts';
import findPostgresql from './driver/postgresql/steps/find-owned.ts';
import type { RenamedAt } from './plans/databases/rename-with-account.ts';
import * as copies from '../../ground/rules/machine-copies.ts';
import * as owners from './rules/owners.ts';
import { serverOf } from './rules/profiles.ts';

declare module '../define.ts' {
  interface ChangedAccount {
    /** Its databases and users that get the prefix of its new name. */
    readonly renamedDatabases?: readonly RenamedAt[];
  }
}

export default defineCapability({
  name: 'databases',
  roles: [mysqlRole, postgresqlRole],
  parts: [mysql, postgresql],
  rows: [
    { table: 'database', column: 'owner' },
    { table: 'database_user', column: 'owner' },
    { table: 'database_host', column: 'owner' },
    { table: 'database_session_user', column: 'owner' },
  ],
  stored: {
    async rebuilt(db, { username, part }) {
      if (part === 'mysql' || part === 'postgresql') await copies.forget(db, part, username);
    },
    async changed(db, { before, after, renamedDatabases = [] }, { results, now }) {
      const { username: owner } = after;
      if (before.username === owner) return;
      await adoptDatabases(db, owner, results, now);
      for (const { engine, profile, renamed } of renamedDatabases) {
        for (const { kind, from, to } of renamed)
          await owners.rename(db, { engine, kind }, { from, to, owner, profile, now });
      }
    },
  },
});

/** Databases that belonged to the account by the prefix of its former name are its own now. */
async function adoptDatabases(
  db: Db,
  owner: string,
  results: readonly StepResult[],
  now: number,
): Promise<void> {
  for (const [engine, found] of [
    ['mysql', findMysql.resultIn(results)],
    ['postgresql', findPostgresql.resultIn(results)],
  ] as const) {
    const { databases = [], users: names = [] } = found ?? {};
    const profile = engine === 'mysql' ? (await serverOf(db, owner)).profile : owners.LOCAL_PROFILE;
    await owners.adopt(db, { engine, kind: 'database' }, { owner, profile, names: databases, now });
    await owners.adopt(db, { engine, kind: 'user' }, { owner, profile, names, now });
  }
}
