// Gives databases and users of one account to another, and copies of databases.
import type { Context, FreeContext } from '../../../../core/context.ts';
import { ApiError } from '../../../../core/errors.ts';
import { exclusive, type Lock, type PlannedStep, type StepResult } from '../../../../core/plan.ts';
import { lookAtMysqlAndTies } from '../../driver/mysql/look-mysql.ts';
import { stepAt } from '../../driver/mysql/step.ts';
import copyDatabase from '../../driver/mysql/steps/copy-database.ts';
import handOverStep from '../../driver/mysql/steps/hand-over.ts';
import type { LimitedAccount } from '../../../accounts/rules/accounts.ts';
import { lockOf } from '../../rules/locks.ts';
import {
  assertMayHandOver,
  handedOver,
  wantsNothing,
  type FoundForHandOver,
  type HandedOver,
  type WantedHandOver,
} from '../../rules/hand-over.ts';
import { ROLE, wantedOf } from '../../rules/own-mysql.ts';
import { serverOf } from '../../rules/profiles.ts';
import { rolesOf } from '../../../../ground/rules/roles/active-profile.ts';
import { ownMachine } from './own-mysql.ts';

export interface HandOver {
  readonly stored: HandedOver;
  /** They take long, and need no locks but these. */
  readonly first: { readonly locks: readonly Lock[]; readonly steps: readonly PlannedStep[] };
  readonly locks: readonly Lock[];
  readonly steps: readonly PlannedStep[];
}

/** Undefined if nothing is wanted, or this server has no such role. */
export async function lookForHandOver(
  context: FreeContext,
  from: string,
  wanted: WantedHandOver,
): Promise<FoundForHandOver | undefined> {
  if (wantsNothing(wanted)) return undefined;
  const { transaction, system, caller } = context;
  const own = await transaction('reads', async (db) =>
    (await rolesOf({ db, system })).has(ROLE) ? wantedOf(db, from) : undefined,
  );
  if (own === undefined) return undefined;
  const machine = await ownMachine({ ...context, caller: { ...caller, user: from } });
  return lookAtMysqlAndTies(machine, own);
}

/**
 * @param account the one that gets them.
 * @returns undefined if nothing is wanted.
 * @throws ApiError `disabled`, `not_found`, `bad_param`, `limit_reached`.
 */
export async function handOver(
  { db }: Context,
  from: string,
  account: LimitedAccount,
  { wanted, found }: { readonly wanted: WantedHandOver; readonly found: FoundForHandOver | undefined },
): Promise<HandOver | undefined> {
  if (wantsNothing(wanted)) return undefined;
  if (found === undefined) {
    throw new ApiError(
      'disabled',
      `Databases cannot be moved or copied without the role “${ROLE}”, which this server does not have. ` +
        'Activate a profile with it: start_profile_activation.',
    );
  }
  const staying = await assertMayHandOver(db, from, account, { wanted, found });
  const { at } = await serverOf(db, from);
  const { databases, users, copies } = wanted;
  const lock = (kind: 'database' | 'user') => (name: string) => lockOf('mysql', { kind, name });
  const moved = { databases, users };
  const isMoving = databases.length + users.length > 0;
  return {
    stored: await handedOver(db, from, account.username, wanted),
    first: {
      locks: copies.map(({ to }) => lock('database')(to)),
      steps: copies.map((names) => stepAt(at, copyDatabase.plan(names))),
    },
    locks: [
      exclusive(`account ${from}`),
      ...[...databases, ...staying.databases].map(lock('database')),
      ...[...users, ...staying.users].map(lock('user')),
    ],
    steps: isMoving ? [stepAt(at, handOverStep.plan({ moved, staying, to: account.username }))] : [],
  };
}

/** Says what the new account has, and what it must do. */
export function tellAboutHandOver(
  { inform, warn }: Context,
  { databases, users, copies }: WantedHandOver,
  results: readonly StepResult[],
): void {
  const named = (kind: string, names: readonly string[]) => names.map((name) => `${kind} “${name}”`);
  const moved = [...named('database', databases), ...named('user', users)];
  if (moved.length > 0) {
    inform(
      `Moved: ${moved.join(', ')}. The names and passwords stay the same, so that the website’s settings still fit. ` +
        'rename_mysql_database and rename_mysql_user change the names.',
    );
  }
  for (const { user, database } of handOverStep.resultIn(results) ?? [])
    warn(
      `The user “${user}” lost its privileges on the database “${database}”, which belongs to another account now.`,
    );
  if (copies.length === 0) return;
  inform(`Copied: ${copies.map(({ from, to }) => `database “${from}” to “${to}”`).join(', ')}.`);
  warn(
    'Nobody has privileges on the copies yet, and the website’s own settings still name the originals. ' +
      'Create a user with Mysql::create_user and Mysql::set_privileges_on_database, and then change the settings.',
  );
}
