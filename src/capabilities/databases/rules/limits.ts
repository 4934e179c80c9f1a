// The limit of databases of an account: MAXSQL of its package, for each kind of server.
import { ApiError } from '../../../core/errors.ts';
import type { LimitedAccount } from '../../accounts/rules/accounts.ts';
import type { DatabaseEngine } from './names.ts';

const labels: Readonly<Record<DatabaseEngine, string>> = { mysql: 'MySQL', postgresql: 'PostgreSQL' };

/**
 * Checks that an account may have one more database. The plan must hold the lock of the account, so that two calls at
 * the same time cannot exceed the limit together.
 * @param has how many it has now.
 * @throws ApiError `limit_reached`.
 */
export function assertMayAdd(
  { username, settings }: LimitedAccount,
  engine: DatabaseEngine,
  has: number,
): void {
  const limit = settings.maxDatabases;
  if (limit === null || has < limit) return;
  throw new ApiError(
    'limit_reached',
    `The account “${username}” may have ${limit} ${labels[engine]} databases, and has ${has}. Raise the limit with ` +
      'modifyacct MAXSQL=, or remove a database first.',
  );
}

/** The same for a new account, which gets several at once. @throws ApiError `limit_reached`. */
export function assertMayHave(
  { username, settings }: LimitedAccount,
  engine: DatabaseEngine,
  count: number,
): void {
  const limit = settings.maxDatabases;
  if (limit === null || count <= limit) return;
  throw new ApiError(
    'limit_reached',
    `The package of “${username}” allows ${limit} ${labels[engine]} databases, and the account would get ${count}. ` +
      'Choose another package, or fewer databases.',
  );
}
