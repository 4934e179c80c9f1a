// The catalogue of a PostgreSQL server: its databases, its users, and who has which database.
//
// Each database belongs to a role of its own, named after it, with which nobody can log in. The users of the database are
// members of that role and act as it, so everything that one of them creates belongs to all of them. Nobody else may
// connect.

import { createHash } from 'node:crypto';
import type { WantedNames } from '../../rules/owners.ts';
import type { ConnectionLimit } from '../records.ts';

/** A database as the server lists it. */
export interface CataloguedDatabase {
  readonly name: string;
  /** The users who have all privileges, sorted. */
  readonly users: readonly string[];
}

/**
 * Every operation can be repeated, and run again after a process was killed during it. Operations on a database or user
 * that does not exist throw MachineError `not_found`, except the ones that remove it.
 */
export interface PostgresqlCatalogue {
  /** Lists all databases, sorted. Without the templates and PostgreSQL’s own database. */
  databaseNames(): Promise<string[]>;
  /** The same with their users, which takes longer. */
  databases(wanted?: WantedNames): Promise<CataloguedDatabase[]>;
  /** The disk usage in bytes, by name. Without those that do not exist. Without `wanted`: of all. */
  sizes(wanted?: WantedNames): Promise<Map<string, number>>;
  /** The users who are not administrators, sorted. A locked one is listed too. */
  users(wanted?: WantedNames): Promise<string[]>;

  /** @throws MachineError `exists` if it is there and has another owner. */
  createDatabase(name: string): Promise<void>;
  /** Undoes `createDatabase`, even if it was interrupted. A database of this name with another owner is not changed. */
  undoCreateDatabase(name: string): Promise<void>;
  /** Ends all its sessions. */
  dropDatabase(name: string): Promise<void>;
  /** True if the database accepts sessions; undefined if it does not exist. */
  acceptsSessions(name: string): Promise<boolean | undefined>;
  /** Ends all its sessions. @throws MachineError `exists` if the new name is taken. */
  renameDatabase(from: string, to: string, acceptsSessions: boolean): Promise<void>;
  /** Undoes `renameDatabase`, even if it was interrupted. */
  undoRenameDatabase(from: string, to: string, acceptsSessions: boolean): Promise<void>;

  /**
   * @param verifier see `capabilities/databases/rules/scram.ts`.
   * @param most the connections that it can have at once. Default: any number.
   * @throws MachineError `exists` if somebody else created it.
   */
  createUser(name: string, verifier: string, most?: number): Promise<void>;
  /** Undoes `createUser`, even if it was interrupted. A user whom somebody else created is not changed. */
  undoCreateUser(name: string): Promise<void>;
  /**
   * Ends its sessions. What it owns in a database goes to the database’s owner.
   * @throws MachineError `failed` if it owns objects in a database that is not one of its own.
   */
  dropUser(name: string): Promise<void>;
  /** @param verifier a new password. Absent: the old one stays. */
  renameUser(from: string, to: string, verifier?: string): Promise<void>;
  /** Undoes `renameUser`, even if it was interrupted, except for a new password. */
  undoRenameUser(from: string, to: string): Promise<void>;
  setPassword(name: string, verifier: string): Promise<void>;
  /** True if the user’s password is lost when it is renamed: it is of the kind MD5. */
  losesPassword(name: string): Promise<boolean>;

  /** Gives a user all privileges on a database. */
  grant(database: string, user: string): Promise<void>;
  /** Takes them away and ends the user’s sessions in the database. */
  revoke(database: string, user: string): Promise<void>;
  /** Gives everything that the users of a database created in it to all of them. */
  share(database: string): Promise<void>;

  /** Which of these users may log in. */
  unlocked(users: readonly string[]): Promise<string[]>;
  /** Prevents logins and ends all sessions. Users who do not exist are left out. */
  lock(users: readonly string[]): Promise<void>;
  unlock(users: readonly string[]): Promise<void>;

  /**
   * Limits the connections of each of the users. Users who do not exist are left out, and users with another limit than
   * the former one. @returns those that have another limit now.
   */
  limitConnections(users: readonly string[], limit: ConnectionLimit): Promise<string[]>;
}

/** The end of the names of roles that own databases. No user’s name has it. */
const SUFFIX = ' owner';
/** PostgreSQL cuts longer names off. */
const MAX_BYTES = 63;

/** The role that owns a database. A long name, which only a database that was created by hand has, becomes its hash. */
export function ownerOf(database: string): string {
  const role = `${database}${SUFFIX}`;
  if (Buffer.byteLength(role) <= MAX_BYTES) return role;
  return `${createHash('sha256').update(database).digest('hex').slice(0, 40)}${SUFFIX}`;
}
