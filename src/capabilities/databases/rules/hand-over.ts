// Which databases and users of an account another one can get, and which copies it can get.
import type { Db } from '../../../core/context.ts';
import { badParam } from '../../../core/errors.ts';
import type { LimitedAccount } from '../../accounts/rules/accounts.ts';
import * as hosts from './hosts.ts';
import { assertMayHave } from './limits.ts';
import { assertNewName } from './names.ts';
import {
  assertOwnDatabase,
  assertOwnUser,
  DATABASES,
  ownMysql,
  USERS,
  type FoundMysql,
} from './own-mysql.ts';
import * as owners from './owners.ts';
import { serverOf } from './profiles.ts';

/** What the new account shall get of another one. */
export interface WantedHandOver {
  readonly databases: readonly string[];
  readonly users: readonly string[];
  readonly copies: readonly { readonly from: string; readonly to: string }[];
}

export const wantsNothing = ({ databases, users, copies }: WantedHandOver): boolean =>
  databases.length + users.length + copies.length === 0;

/** A view, trigger, routine or event, and the user who defines it. */
export interface Defined {
  readonly database: string;
  readonly kind: string;
  readonly name: string;
  readonly user: string;
}

export interface FoundForHandOver extends FoundMysql {
  readonly defined: readonly Defined[];
  /** From a table of one database to another database. */
  readonly foreignKeys: readonly { readonly from: string; readonly table: string; readonly to: string }[];
}

interface Names {
  readonly databases: readonly string[];
  readonly users: readonly string[];
}

/** JSON: the store keeps it. */
export interface HandedOver extends Names {
  readonly copies: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly profile: string;
}

/**
 * Checks what another account shall get.
 * @param account the new one.
 * @returns what stays.
 * @throws ApiError `not_found`, `bad_param`, `limit_reached`.
 */
export async function assertMayHandOver(
  db: Db,
  from: string,
  account: LimitedAccount,
  { wanted, found }: { readonly wanted: WantedHandOver; readonly found: FoundForHandOver },
): Promise<Names> {
  const { databases, users, copies } = wanted;
  for (const name of [...databases, ...copies.map((one) => one.from)])
    await assertOwnDatabase(db, from, name, found);
  for (const name of users) await assertOwnUser(db, from, name, found);
  for (const { from: original, to } of copies) {
    await assertNewName(db, `copymysqldb-${original}`, to, { ...DATABASES, username: account.username });
    if (copies.filter((one) => one.to === to).length === 1) continue;
    throw badParam(`Two copies have the name “${to}”. Give each copy a name of its own.`);
  }
  assertMayHave(account, 'mysql', databases.length + copies.length);
  const own = await ownMysql(db, from, found);
  assertDefinersFit(wanted, own.users, found.defined);
  assertNoForeignKeys(wanted, found.foreignKeys);
  return {
    databases: own.databases.filter((name) => !databases.includes(name)),
    users: own.users.filter((name) => !users.includes(name)),
  };
}

/** Objects act with the privileges of their definers, who must not belong to another account. */
function assertDefinersFit(
  { databases, users, copies }: WantedHandOver,
  ownUsers: readonly string[],
  defined: readonly Defined[],
): void {
  for (const { database, kind, name, user } of defined) {
    if (!ownUsers.includes(user)) continue;
    const what = `The ${kind} “${name}” of the database “${database}” is defined by the user “${user}”`;
    const isMoved = users.includes(user);
    if (copies.some((one) => one.from === database)) {
      throw badParam(
        `${what}, and would act as this user in a copy too. Move the database with its user instead: ` +
          `movemysqldb=${database} movemysqluser=${user}.`,
      );
    }
    if (databases.includes(database) && !isMoved) {
      throw badParam(`${what}. Move both, or define it by another user first: movemysqluser=${user}.`);
    }
    if (!databases.includes(database) && isMoved) {
      throw badParam(`${what}. Move both, or define it by another user first: movemysqldb=${database}.`);
    }
  }
}

/** Neither account must depend on rows of the other. */
function assertNoForeignKeys(
  { databases, copies }: WantedHandOver,
  foreignKeys: FoundForHandOver['foreignKeys'],
): void {
  for (const { from, table, to } of foreignKeys) {
    const isCopied = copies.some((one) => one.from === from);
    if (databases.includes(from) === databases.includes(to) && !isCopied) continue;
    throw badParam(
      `A foreign key of the table “${table}” in the database “${from}” refers to the database “${to}”. ` +
        (isCopied
          ? 'Drop it before the database is copied.'
          : 'Move both databases, or drop the foreign key first.'),
    );
  }
}

export async function handedOver(
  db: Db,
  from: string,
  to: string,
  { databases, users, copies }: WantedHandOver,
): Promise<HandedOver> {
  const { profile } = await serverOf(db, from);
  return { databases, users, copies: copies.map((one) => one.to), from, to, profile };
}

/** The users can still connect from the same hosts: these are in the new account’s list too. */
export async function store(
  db: Db,
  { databases, users, copies, from, to, profile }: HandedOver,
  now: number,
): Promise<void> {
  const row = (name: string) => ({ name, owner: to, profile, createdAt: now });
  for (const name of [...databases, ...copies]) await owners.insert(db, DATABASES, row(name));
  for (const name of users) await owners.insert(db, USERS, row(name));
  if (users.length === 0) return;
  for (const { host, note } of await hosts.listOf(db, from)) {
    await hosts.add(db, to, host);
    await hosts.setNote(db, to, host, note);
  }
}
