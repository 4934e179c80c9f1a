// The account whose database or database user a function of WHM names.
import type { Caller, Db, FreeContext } from '../../../core/context.ts';
import type { Param } from '../../../core/define.ts';
import { notFound } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import { existingAccount } from '../../../ground/rules/accounts/names.ts';
import { rateFirst, type Rating } from '../../../ground/rules/passwords/passwords.ts';
import { prefixesOf } from './names.ts';
import * as owners from './owners.ts';

export const ownerParam = {
  ...existingAccount,
  doc: 'The account. Default: the one that has it.',
} as const satisfies Param;

/**
 * @param given the account that the caller names. It may turn out not to have the object: see `owners.assertOwn`.
 * @throws ApiError `not_found`, `denied`. What the caller may not see gets the same answer as an unknown name.
 */
export async function ownerNamed(
  { db, caller }: { readonly db: Db; readonly caller: Caller },
  of: owners.Kind,
  name: string,
  given: string | undefined,
): Promise<string> {
  if (given !== undefined) return (await accounts.get(db, caller, given)).username;
  const username = (await owners.find(db, of, name))?.owner ?? (await ownerByPrefix(db, name));
  const account = username === undefined ? undefined : await accounts.find(db, username);
  if (account === undefined || !accounts.maySee(caller, account)) {
    throw notFound(`You do not have a ${of.kind} named ${quote(name)}.`);
  }
  accounts.assertHere(db, account);
  return account.username;
}

/** A new password for a database user. */
interface NewPassword {
  readonly of: owners.Kind;
  readonly user: string;
  readonly password: string;
  /** The account that the caller names. */
  readonly cpuser?: string | undefined;
}

/**
 * What a function that sets the password of a database user reads before its transaction: what the server has, and how
 * strong the password is.
 * @param lookForNamed reads what the server has of the account that has the user.
 * @throws ApiError as `ownerNamed` does.
 */
export async function lookForPassword<C extends FreeContext, K extends owners.Kind, Found>(
  context: C,
  { of, user, password, cpuser }: NewPassword & { readonly of: K },
  lookForNamed: (context: C, of: K, name: string, given: string | undefined) => Promise<Found>,
): Promise<{ readonly found: Found; readonly rated: Rating }> {
  const { transaction, caller } = context;
  const found = await lookForNamed(context, of, user, cpuser);
  const owner = await transaction('reads', (db) => ownerNamed({ db, caller }, of, user, cpuser));
  return { found, rated: await rateFirst(context, password, [owner, user]) };
}

async function ownerByPrefix(db: Db, name: string): Promise<string | undefined> {
  const [start = ''] = name.split('_', 1);
  const candidates = await db.all<{ username: string }>(
    'SELECT username FROM account WHERE server = ? AND (username = ? OR substr(username, 1, 16) = ? OR substr(username, 1, 8) = ?)',
    ...[db.server, start, start, start],
  );
  return candidates.find(({ username }) => prefixesOf(username).some((prefix) => name.startsWith(prefix)))
    ?.username;
}
