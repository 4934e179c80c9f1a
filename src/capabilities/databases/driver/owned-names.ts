// What belongs to an account on a database server when a step is applied: what the store says, and what has the account’s
// prefix and belongs to nobody else.

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

/** What the server has of them. */
export interface FoundNames {
  readonly databases: readonly string[];
  readonly users: readonly string[];
}

/** The names to ask a server for. */
interface Wanted {
  readonly names: readonly string[];
  readonly prefixes: readonly string[];
}

/** Asks the server which of them it has. */
export async function belongingTo(
  server: {
    readonly databases: (wanted: Wanted) => Promise<readonly string[]>;
    readonly users: (wanted: Wanted) => Promise<readonly string[]>;
  },
  { prefixes, databases, users }: OwnedNames,
): Promise<FoundNames> {
  const foundDatabases = await server.databases({ names: databases.own, prefixes });
  const foundUsers = await server.users({ names: users.own, prefixes });
  return {
    databases: foundDatabases.filter((name) => !databases.others.includes(name)),
    users: foundUsers.filter((name) => !users.others.includes(name)),
  };
}
