// Writes the databases of an account to a new directory, in the layout of a cpmove archive. Nothing is stored.
import { defineChange, exclusive, type Plan, type StepResult } from '../../../core/plan.ts';
import type { Context, FreeContext } from '../../../core/context.ts';
import { draftOf } from '../driver/archive.ts';
import beginExport from '../driver/steps/begin-export.ts';
import finishExport from '../driver/steps/finish-export.ts';
import { stepAt } from '../driver/mysql/step.ts';
import exportMysql, { type LeftOut } from '../driver/mysql/steps/export.ts';
import exportPostgresql from '../driver/postgresql/steps/export.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import * as hosts from '../rules/hosts.ts';
import * as mysql from '../rules/own-mysql.ts';
import * as postgresql from '../rules/own-postgresql.ts';
import { serverOf } from '../rules/profiles.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { lookForOwn } from './databases/own-mysql.ts';
import { lookFor as lookForPostgresql } from './databases/postgresql.ts';

const change = defineChange<null>({
  kind: 'export-databases',
  store: () => Promise.resolve(),
});
export default change;

/** What the servers have of an account. Absent without the role. */
export interface FoundOfAccount {
  readonly mysql?: mysql.FoundMysql;
  readonly postgresql?: postgresql.FoundPostgresql;
}

/** For `look`. @throws ApiError `not_found`. */
export async function lookForAccount(context: FreeContext, username: string): Promise<FoundOfAccount> {
  const { transaction, system, caller } = context;
  const roles = await transaction('reads', async (db) => {
    await accounts.get(db, caller, username);
    return rolesOf({ db, system });
  });
  const asOwner = { ...context, caller: { ...caller, user: username } };
  return {
    ...(roles.has(mysql.ROLE) && { mysql: await lookForOwn(asOwner) }),
    ...(roles.has(postgresql.ROLE) && { postgresql: await lookForPostgresql(context, username) }),
  };
}

/** @param directory an absolute path. @throws ApiError `not_found`. */
export async function exportDatabases(
  { db, caller, inform, system, isDryRun }: Context,
  { username, directory }: { readonly username: string; readonly directory: string },
  found: FoundOfAccount,
): Promise<Plan> {
  await accounts.get(db, caller, username);
  const draft = draftOf(directory);
  const steps = [beginExport.plan({ directory })];
  const counts: string[] = [];
  if (found.mysql !== undefined) {
    const { databases, users } = await mysql.ownMysql(db, username, found.mysql);
    const { at, client } = await serverOf(db, username);
    const remote = await hosts.listOf(db, username);
    counts.push(`${databases.length} MariaDB databases with ${users.length} users`);
    steps.push(stepAt(at, exportMysql.plan({ directory: draft, databases, users, client, hosts: remote })));
  }
  if (found.postgresql !== undefined) {
    const names = await postgresql.ownDatabases(db, username, found.postgresql);
    const users = await postgresql.ownUsers(db, username, found.postgresql);
    const databases = found.postgresql.databases.filter(({ name }) => names.includes(name));
    counts.push(`${databases.length} PostgreSQL databases with ${users.length} users`);
    steps.push(exportPostgresql.plan({ directory: draft, databases, users }));
  }
  if (!isDryRun) {
    const what = counts.join(', ') || 'nothing, because this server has no role for databases';
    inform(`Exported to “${directory}”: ${what}.`);
  }
  if (system.isSandbox)
    inform('In a sandbox, this path is below the directory “root” of the state directory.');
  return change.plan(null, {
    locks: [exclusive(`account ${username}`), exclusive(`directory ${directory}`)],
    steps: [...steps, finishExport.plan({ directory })],
  });
}

/** Says what has no place in an archive. */
export function tellWhatIsLeftOut({ warn }: Context, results: readonly StepResult[]): void {
  for (const { kind, value } of results) {
    if (kind !== exportMysql.kind) continue;
    for (const sentence of value as LeftOut) warn(sentence);
  }
}
