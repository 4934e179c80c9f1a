// The feature lists of many accounts, for a call that names them.
import type { Caller, Db } from '../../core/context.ts';
import * as accounts from '../accounts/accounts.ts';
import { LONG } from '../long-list.ts';
import { jsonList } from '../stored-list.ts';

/**
 * Returns the name of each account's feature list, in the order of the accounts.
 * @throws ApiError that of the first account that `accounts.get` does not return.
 */
export async function listsOf(db: Db, caller: Caller, usernames: readonly string[]): Promise<string[]> {
  const { where, values } = accounts.visibleTo(db, caller);
  const sql = `SELECT account.feature_list AS item FROM ${db.dialect.eachOf('?', 'wanted')}
    LEFT JOIN account ON account.username = wanted.value AND ${where} ORDER BY wanted.key`;
  const lists: string[] = [];
  for (let at = 0; at < usernames.length; at += LONG) {
    const some = usernames.slice(at, at + LONG);
    for (const list of await jsonList<string | null>(db, sql, [JSON.stringify(some), ...values])) {
      if (list === null) await accounts.assertVisible(db, caller, usernames[lists.length] ?? '');
      lists.push(list ?? '');
    }
  }
  return lists;
}
