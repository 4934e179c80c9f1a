// Names from the store for completion with the Tab key: only names that the caller may see, and no more than fit on a
// screen.
import { seesAll } from '../../core/access.ts';
import type { Caller, Db, SqlValue } from '../../core/context.ts';
import type { NameKind } from '../../core/define.ts';
import { visibleTo } from '../../capabilities/accounts/rules/accounts.ts';
import { list as listPackages } from '../../capabilities/accounts/rules/packages/packages.ts';
import { list as listResellers } from '../../capabilities/accounts/rules/resellers/resellers.ts';
import { list as listTasks } from '../../ground/rules/tasks/tasks.ts';

export interface StoredName {
  readonly name: string;
  /** A short description: an account’s domain, a domain’s account, a package’s owner. */
  readonly about: string;
}

export const MAX_NAMES = 200;

/** Returns the first names, in order, that begin with `prefix`. */
export async function storedNames(
  db: Db,
  caller: Caller,
  kind: NameKind,
  prefix: string,
): Promise<readonly StoredName[]> {
  switch (kind) {
    case 'account':
      return accountColumns(db, caller, ['username', 'domain'], prefix);
    case 'domain':
      return accountColumns(db, caller, ['domain', 'username'], prefix);
    case 'package': {
      const packages = await listPackages(db, caller);
      return beginning(
        prefix,
        packages.map(({ name, owner }) => ({ name, about: owner })),
      );
    }
    case 'reseller':
      return beginning(prefix, await resellers(db, caller));
    case 'login':
      return beginning(prefix, [...rootFor(caller), ...(await resellers(db, caller))]);
    case 'user': {
      const accounts = await accountColumns(db, caller, ['username', 'domain'], prefix);
      return [...beginning(prefix, rootFor(caller)), ...accounts].slice(0, MAX_NAMES);
    }
    case 'task': {
      const tasks = seesAll(caller) ? await listTasks(db) : [];
      const named = tasks.map((task) => ({ name: String(task.id), about: `${task.kind}, ${task.state}` }));
      return beginning(prefix, named.reverse());
    }
  }
}

function accountColumns(
  db: Db,
  caller: Caller,
  [name, about]: readonly ['username' | 'domain', 'username' | 'domain'],
  prefix: string,
): Promise<StoredName[]> {
  const { where, values } = visibleTo(db, caller);
  const all: SqlValue[] = [...values, prefix.length, prefix, MAX_NAMES];
  return db.all<StoredName>(
    `SELECT ${name} AS name, ${about} AS about FROM account
     WHERE ${where} AND substr(${name}, 1, ?) = ? ORDER BY ${name} LIMIT ?`,
    ...all,
  );
}

/** A reseller sees only itself. */
async function resellers(db: Db, caller: Caller): Promise<StoredName[]> {
  const names = seesAll(caller) ? await listResellers(db) : [caller.user];
  return names.map((name) => ({ name, about: '' }));
}

function rootFor(caller: Caller): StoredName[] {
  return seesAll(caller) ? [{ name: 'root', about: '' }] : [];
}

function beginning(prefix: string, names: readonly StoredName[]): StoredName[] {
  return names.filter(({ name }) => name.startsWith(prefix)).slice(0, MAX_NAMES);
}
