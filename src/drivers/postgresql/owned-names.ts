// What belongs to an account when a step is applied: what the store says, and what has the account’s prefix.
import type { PostgresqlCatalogue } from './contract.ts';

interface Names {
  readonly own: readonly string[];
  /** With the account’s prefix, but another account’s. */
  readonly others: readonly string[];
}

/** JSON. */
export interface OwnedNames {
  readonly username: string;
  readonly prefixes: readonly string[];
  readonly databases: Names;
  readonly users: Names;
}

export async function belongingTo(
  catalogue: PostgresqlCatalogue,
  { prefixes, databases, users }: OwnedNames,
): Promise<{ databases: string[]; users: string[] }> {
  const [foundDatabases, foundUsers] = await Promise.all([
    catalogue.databases({ names: databases.own, prefixes }),
    catalogue.users({ names: users.own, prefixes }),
  ]);
  return {
    databases: foundDatabases.map(({ name }) => name).filter((name) => !databases.others.includes(name)),
    users: foundUsers.filter((name) => !users.others.includes(name)),
  };
}
