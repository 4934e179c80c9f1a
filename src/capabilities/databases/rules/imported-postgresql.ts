// What an import of PostgreSQL databases may create for an account. Everything is checked before anything is created.
import type { Context } from '../../../core/context.ts';
import { badParam } from '../../../core/errors.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import { assertImportable } from './importable.ts';
import { assertMayHave } from './limits.ts';
import { DATABASES, ownDatabases, USERS, type FoundPostgresql } from './own-postgresql.ts';
import { SALT_BYTES, scramVerifier } from './scram.ts';

/** What an archive has. */
export interface ArchivedPostgresql {
  readonly databases: readonly string[];
  /** `verifier`: what PostgreSQL stores instead of the password. */
  readonly users: readonly { readonly name: string; readonly verifier?: string }[];
  /** `where`: for error messages. */
  readonly grants: readonly { readonly database: string; readonly user: string; readonly where: string }[];
  readonly isMd5: (verifier: string) => boolean;
}

export interface ImportedPostgresql {
  readonly databases: readonly string[];
  readonly users: readonly string[];
  /** By user. */
  readonly verifiers: Readonly<Record<string, string>>;
  readonly grants: readonly { readonly database: string; readonly user: string }[];
}

/** @throws ApiError `bad_param`, `limit_reached`. */
export async function importedPostgresql(
  context: Context,
  account: Account,
  archived: ArchivedPostgresql,
  found: FoundPostgresql,
): Promise<ImportedPostgresql> {
  const { db, warn } = context;
  const owner = account.username;
  const present = found.databases.map(({ name }) => name);
  for (const name of archived.databases) await assertImportable(db, DATABASES, owner, name, present);
  const own = await ownDatabases(db, owner, found);
  assertMayHave(account, 'postgresql', own.length + archived.databases.length);
  const users = archived.users.filter(({ name }) => name !== owner);
  if (users.length < archived.users.length) {
    warn(
      `The PostgreSQL user “${owner}” was left out, because it has the name of the account. Create another user for the ` +
        'programs that use it.',
    );
  }
  for (const { name } of users) await assertImportable(db, USERS, owner, name, found.users);
  const names = users.map(({ name }) => name);
  const grants = grantsFor(archived, owner, names);
  const verifiers: Record<string, string> = {};
  for (const { name, verifier } of users) {
    verifiers[name] = verifier ?? (await randomPassword(context)).verifier;
    if (verifier === undefined) {
      warn(
        `The PostgreSQL user “${name}” of the archive has no password. It got a random one. Set a new one: ` +
          'set_postgresql_password.',
      );
    } else if (archived.isMd5(verifier)) {
      warn(
        `The password of the PostgreSQL user “${name}” is stored in the old form “MD5”, which Debian’s pg_hba.conf does ` +
          'not admit. Set a new one if the user cannot log in: set_postgresql_password.',
      );
    }
  }
  return { databases: archived.databases, users: names, verifiers, grants };
}

function grantsFor(
  { databases, grants }: ArchivedPostgresql,
  owner: string,
  names: readonly string[],
): ImportedPostgresql['grants'] {
  const byPair = new Map<string, { database: string; user: string }>();
  for (const { database, user, where } of grants) {
    if (user === owner) continue;
    const refuse = (why: string) => badParam(`${where} grants privileges ${why}. Nothing was changed.`);
    if (!databases.includes(database))
      throw refuse(`on “${database}”, which is not a database of the archive`);
    if (!names.includes(user)) throw refuse(`to “${user}”, whom the archive does not create`);
    byPair.set(JSON.stringify([database, user]), { database, user });
  }
  return [...byPair.values()];
}

/** A random password, and what PostgreSQL stores instead of it. */
export async function randomPassword({
  randomBytes,
}: Context): Promise<{ readonly password: string; readonly verifier: string }> {
  const password = Buffer.from(await randomBytes(24)).toString('base64url');
  return { password, verifier: await scramVerifier(password, await randomBytes(SALT_BYTES)) };
}
