// The users of accounts in PostgreSQL, for a backup of the store.
import type { Copy } from '../../../../ground/rules/machine-copies.ts';
import type { Copying } from '../../../accounts/driver/account-part.ts';
import { postgresqlOf } from './server.ts';

declare module '../../../../ground/rules/machine-copies.ts' {
  interface Contents {
    readonly postgresql: {
      readonly users: readonly { readonly name: string; readonly verifier: string }[];
      readonly grants: readonly { readonly user: string; readonly database: string }[];
    };
  }
}

/** @param users by account. */
export async function copiedUsers(
  { machine }: Copying,
  users: ReadonlyMap<string, readonly string[]>,
): Promise<Copy[]> {
  const server = await (await machine.databases()).postgresql();
  if (server === undefined) return [];
  const names = [...users.values()].flat();
  const databases = await (await postgresqlOf(machine)).databases();
  const rows = await server.use((connection) =>
    connection.query<{ name: string; verifier: string | null }>(
      'SELECT rolname::text AS name, rolpassword AS verifier FROM pg_authid WHERE rolname = ANY ($1) ORDER BY 1',
      [names],
    ),
  );
  return [...users].map(([username, own]) => {
    const copied = rows.flatMap(({ name, verifier }) =>
      own.includes(name) && verifier !== null ? [{ name, verifier }] : [],
    );
    const grants = databases.flatMap(({ name: database, users: members }) =>
      members.filter((user) => own.includes(user)).map((user) => ({ user, database })),
    );
    return { kind: 'postgresql', name: username, username, content: { users: copied, grants } };
  });
}
