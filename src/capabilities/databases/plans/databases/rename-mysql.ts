// Renames MariaDB databases and their users, as the account or an administrator asks.
import type { Context, FreeContext } from '../../../../core/context.ts';
import { badParam } from '../../../../core/errors.ts';
import type { Plan, StepResult } from '../../../../core/plan.ts';
import renameDatabaseStep from '../../driver/mysql/steps/rename-database.ts';
import renameUserStep from '../../driver/mysql/steps/rename-user.ts';
import { assertNewName } from '../../rules/names.ts';
import { ownerNamed } from '../../rules/named-object.ts';
import {
  assertOwnDatabase,
  assertOwnUser,
  DATABASES,
  ownMysql,
  USERS,
  type FoundMysql,
} from '../../rules/own-mysql.ts';
import { changeDatabases } from '../change-databases.ts';
import { lookForOwn, serverFor } from './own-mysql.ts';

interface Renaming {
  readonly owner: string;
  readonly from: string;
  readonly to: string;
}

/**
 * What the server has that may belong to the account that has what a function of WHM names.
 * @throws ApiError `not_found`, `denied`.
 */
export async function lookForNamed(
  context: FreeContext,
  of: typeof DATABASES | typeof USERS,
  name: string,
  given: string | undefined,
): Promise<FoundMysql> {
  const { transaction, caller } = context;
  const user = await transaction('reads', (db) => ownerNamed({ db, caller }, of, name, given));
  return lookForOwn({ ...context, caller: { ...caller, user } });
}

/** @throws ApiError `bad_param`, `not_found`. */
export async function renameDatabase(
  { db }: Context,
  { owner, from, to }: Renaming,
  found: FoundMysql,
): Promise<Plan> {
  await assertOwnDatabase(db, owner, from, found);
  await assertNewName(db, 'newname', to, { ...DATABASES, username: owner });
  assertOther(from, to);
  return changeDatabases({
    ...(await serverFor(db, owner)),
    renamed: [{ kind: 'database', from, to }],
    steps: [renameDatabaseStep.plan({ from, to })],
  });
}

/** Warns of what still has an old name. @param renamed the databases, in the order of their steps. */
export function tellAboutRenamed(
  { warn }: Context,
  renamed: readonly Pick<Renaming, 'from' | 'to'>[],
  results: readonly StepResult[],
): undefined {
  const found = results.filter(({ kind }) => kind === renameDatabaseStep.kind);
  for (const [position, { from, to }] of renamed.entries()) {
    const { isKept = false, mentions = [] } =
      renameDatabaseStep.resultIn(found.slice(position, position + 1)) ?? {};
    if (mentions.length > 0) {
      warn(`The database “${to}” has the old name “${from}” in the text of: ${mentions.join(', ')}.`);
    }
    if (isKept) {
      warn(
        `Something was created in “${from}” meanwhile. Therefore this database is still there, without users.`,
      );
    }
  }
}

/** @throws ApiError `bad_param`, `not_found`. */
export async function renameUser(
  { db }: Context,
  { owner, from, to }: Renaming,
  found: FoundMysql,
): Promise<Plan> {
  await assertOwnUser(db, owner, from, found);
  await assertNewName(db, 'newname', to, { ...USERS, username: owner });
  assertOther(from, to);
  const { databases } = await ownMysql(db, owner, found);
  return changeDatabases({
    ...(await serverFor(db, owner)),
    renamed: [{ kind: 'user', from, to }],
    // The definitions in these databases change.
    touched: databases.map((name) => ({ kind: 'database' as const, name })),
    steps: [renameUserStep.plan({ from, to, databases })],
  });
}

function assertOther(from: string, to: string): void {
  if (from === to)
    throw badParam(`The parameter “newname” should be a new name. “${to}” is the present one.`);
}
