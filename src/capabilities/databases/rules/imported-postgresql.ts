// What an import of PostgreSQL databases may create for an account. Everything is checked before anything is created.
import type { Context } from '../../../core/context.ts';
import { badParam } from '../../../core/errors.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import { importable } from './importable.ts';
import { assertMayHave } from './limits.ts';
import { DATABASES, ownDatabases, ownUsers, USERS, type FoundPostgresql } from './own-postgresql.ts';
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
  /** What exists, and is the account’s. Its users keep their passwords. */
  readonly kept: { readonly databases: readonly string[]; readonly users: readonly string[] };
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
  const own = await ownDatabases(db, owner, found);
  const databases = await importable(db, DATABASES, owner, archived.databases, {
    taken: found.databases.map(({ name }) => name),
    own,
  });
  assertMayHave(account, 'postgresql', own.length + databases.created.length);
  const archivedUsers = archived.users.filter(({ name }) => name !== owner);
  if (archivedUsers.length < archived.users.length) {
    warn(
      `The PostgreSQL user “${owner}” was left out, because it has the name of the account. Create another user for the ` +
        'programs that use it.',
    );
  }
  const names = archivedUsers.map(({ name }) => name);
  const users = await importable(db, USERS, owner, names, {
    taken: found.users,
    own: await ownUsers(db, owner, found),
  });
  // What exists keeps its privileges on what exists.
  const grants = grantsFor(archived, owner, names).filter(
    ({ user, database }) => users.created.includes(user) || databases.created.includes(database),
  );
  const verifiers: Record<string, string> = {};
  for (const { name, verifier } of archivedUsers) {
    if (!users.created.includes(name)) continue;
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
  return {
    databases: databases.created,
    users: users.created,
    kept: { databases: databases.kept, users: users.kept },
    verifiers,
    grants,
  };
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
