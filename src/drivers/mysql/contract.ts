// The catalogue of a MariaDB server: its databases, its users, and who may do what with which database.
//
// A user exists once for each host from which it may connect, always with the same password and privileges.

/** Which names to list. Absent: all. */
export interface WantedNames {
  readonly names: readonly string[];
  readonly prefixes: readonly string[];
}

export interface CataloguedUser {
  readonly name: string;
  /** Sorted. */
  readonly hosts: readonly string[];
}

/** The privileges of a user on a database. */
export interface Grant {
  readonly user: string;
  readonly host: string;
  readonly database: string;
}

/** The privileges that a user has on a database from one host. */
export interface HeldPrivileges {
  readonly host: string;
  /** Names such as `SELECT`, sorted. All of them together are the one word `ALL PRIVILEGES`. */
  readonly privileges: readonly string[];
}

/**
 * Every operation can be repeated, and run again after a process was killed during it. Operations on something that
 * does not exist throw MachineError `not_found`, except the ones that remove it.
 */
export interface MysqlCatalogue {
  /** False in a sandbox that runs no server: then nothing is in the databases, and nobody can connect. */
  readonly isServed: boolean;

  /** Sorted, without the server’s own databases. */
  databases(wanted?: WantedNames): Promise<string[]>;
  /** The disk usage of tables and indexes in bytes, by name. Without databases that do not exist. */
  sizes(names: readonly string[]): Promise<Map<string, number>>;
  /** Sorted by name, without administrators and roles. A locked user is listed too. */
  users(wanted?: WantedNames): Promise<CataloguedUser[]>;
  /** Every grant of these users on whole databases. */
  grants(users: readonly string[]): Promise<Grant[]>;
  /** For each host from which the user has any. */
  privileges(user: string, database: string): Promise<HeldPrivileges[]>;

  /** @throws MachineError `exists`. */
  createDatabase(name: string): Promise<void>;
  /** Also takes away all privileges on it, which a later database of this name would give back. */
  dropDatabase(name: string): Promise<void>;

  /** @throws MachineError `exists` if a user of this name exists for any host. */
  createUser(name: string, hosts: readonly string[], password: string): Promise<void>;
  /** For all hosts. Ends its sessions. */
  dropUser(name: string): Promise<void>;

  /** Replaces the privileges on a database, from all of the user’s hosts. Without any, the user has no access. */
  setPrivileges(user: string, database: string, privileges: readonly string[]): Promise<void>;
}

export const ALL_PRIVILEGES = 'ALL PRIVILEGES';
