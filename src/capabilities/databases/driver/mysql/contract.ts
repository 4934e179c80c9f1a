// The catalogue of a MariaDB server: its databases, its users, and who may do what with which database.
//
// A user exists once for each host from which it may connect, always with the same password and privileges.

import type { WantedNames } from '../../rules/owners.ts';
import type { ConnectionLimit } from '../records.ts';
import type { CrossingGrant, Side } from './moves/crossing-grants.ts';
import type { DatabaseInventory } from './moves/inventory.ts';
import type { Names } from './moves/move-database.ts';
import type { UserInventory } from './moves/rename-user.ts';

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

/** Privileges for a user on a database, from some of its hosts. */
export interface NewGrant {
  readonly user: string;
  readonly hosts: readonly string[];
  readonly database: string;
  readonly privileges: readonly string[];
}

/** The privileges that a user has on a database from one host. */
export interface HeldPrivileges {
  readonly host: string;
  /** Names such as `SELECT`, sorted. All of them together are the one word `ALL PRIVILEGES`. */
  readonly privileges: readonly string[];
}

/** What is about to be created. */
export interface NewNames {
  readonly database?: string;
  readonly user?: string;
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
  /** The disk usage of tables and indexes in bytes, by name. Without `wanted`: of all that have tables. */
  sizes(wanted?: WantedNames): Promise<Map<string, number>>;
  /** Sorted by name, without administrators and roles. A locked user is listed too. */
  users(wanted?: WantedNames): Promise<CataloguedUser[]>;
  /** Every grant of these users on whole databases. */
  grants(users: readonly string[]): Promise<Grant[]>;
  /** For each host from which the user has any. */
  privileges(user: string, database: string): Promise<HeldPrivileges[]>;

  /**
   * Asks in one question whether these can be created.
   * @returns facts about the server. Undefined if nothing is served.
   * @throws MachineError `failed` if the server is read-only; `exists`.
   */
  assertNew(names: NewNames): Promise<ServerFacts | undefined>;
  /** @throws MachineError `exists`. */
  createDatabase(name: string): Promise<void>;
  /** Also takes away all privileges on it, which a later database of this name would give back. */
  dropDatabase(name: string): Promise<void>;
  /** The same for several, also if foreign keys of any database refer to them. */
  dropDatabases(names: readonly string[]): Promise<void>;

  /**
   * @param most the connections that it can have at once, from each of the hosts. Default: any number.
   * @throws MachineError `exists` if a user of this name exists for one of the hosts.
   */
  createUser(name: string, hosts: readonly string[], password: string, most?: number): Promise<void>;
  /** For all hosts. Ends its sessions. */
  dropUser(name: string): Promise<void>;
  /** From all hosts. @returns the hosts for which the server refused it. */
  setPassword(name: string, password: string): Promise<RefusedHost[]>;
  /** Sets root’s password. Its login through the socket stays. */
  setAdministratorPassword(password: string): Promise<void>;
  /** Gives the user these hosts too, with the password and the privileges that it has from its first host. */
  addHosts(name: string, hosts: readonly string[]): Promise<void>;
  /** Takes a host away. Does nothing if the user does not have it. Ends its sessions. */
  dropHost(name: string, host: string): Promise<void>;

  /** Those of the users who may not log in. */
  locked(users: readonly string[]): Promise<string[]>;
  /** Keeps users from logging in, and ends their sessions. Users that do not exist are left out. */
  lock(users: readonly string[]): Promise<void>;
  unlock(users: readonly string[]): Promise<void>;

  /**
   * Limits the connections of each of the users, from each of its hosts. Users that do not exist are left out, and users
   * with another limit than the former one. @returns those that have another limit now.
   */
  limitConnections(users: readonly string[], limit: ConnectionLimit): Promise<string[]>;

  /** Adds privileges on a database to those that the user has. */
  grant(grant: NewGrant): Promise<void>;
  /** Replaces the privileges on a database, from all of the user’s hosts. Without any, the user has no access. */
  setPrivileges(user: string, database: string, privileges: readonly string[]): Promise<void>;

  /** What a database consists of, besides its rows. */
  inventory(database: string): Promise<DatabaseInventory>;
  /** @returns whether the old one is kept, because somebody has created something in it meanwhile. */
  moveDatabase(inventory: DatabaseInventory, names: Names): Promise<{ isKept: boolean }>;
  /** Undoes `moveDatabase`, also if it was interrupted or never began. */
  moveDatabaseBack(inventory: DatabaseInventory, names: Names): Promise<void>;

  /** The views, triggers, routines and events of databases, with the users who define them. */
  definers(databases: readonly string[]): Promise<DefinedObject[]>;
  /** The foreign keys of tables in these databases to tables of other databases. */
  foreignKeys(databases: readonly string[]): Promise<ForeignKey[]>;
  /**
   * Creates a database with the content of another: a dump of it is loaded. Nobody has privileges on it.
   * @throws MachineError `exists`, `not_found`, `full`.
   */
  copyDatabase(names: Names): Promise<void>;
  /** Undoes `copyDatabase`, also if it was interrupted or never began. */
  removeCopy(names: Names): Promise<void>;

  /** The privileges that users of each side have on databases of the other. */
  crossingGrants(one: Side, other: Side): Promise<CrossingGrant[]>;
  /** Ends the sessions of the users too. */
  revokeGrants(grants: readonly CrossingGrant[]): Promise<void>;
  restoreGrants(grants: readonly CrossingGrant[]): Promise<void>;

  /** What a user defines in some databases. */
  userInventory(user: string, databases: readonly string[]): Promise<UserInventory>;
  renameUser(inventory: UserInventory, names: Names): Promise<void>;
  /** Undoes `renameUser`, also if it was interrupted or never began. */
  renameUserBack(inventory: UserInventory, names: Names): Promise<void>;

  /** Checks each table and view. */
  check(database: string): Promise<TableMessage[]>;
  /** Repairs each table, as far as its storage engine can. */
  repair(database: string): Promise<TableMessage[]>;
  /** The statements that create everything that is in a database, without the rows of tables. */
  schema(database: string): Promise<string>;
  /** The procedures and functions that these users created, as `database.name`, sorted. */
  routines(definers: readonly string[]): Promise<string[]>;
  /** Undefined if nothing is served. */
  server(): Promise<ServerFacts | undefined>;
  /** Undefined if nothing is served. */
  network(): Promise<NetworkFacts | undefined>;
}

export interface DefinedObject {
  readonly database: string;
  readonly kind: 'view' | 'trigger' | 'routine' | 'event';
  readonly name: string;
  /** The definer. */
  readonly user: string;
}

export interface ForeignKey {
  readonly from: string;
  readonly table: string;
  readonly to: string;
}

export interface RefusedHost {
  readonly host: string;
  /** A sentence. */
  readonly error: string;
}

/** What MariaDB says of a table. */
export interface TableMessage {
  readonly table: string;
  /** `status`, `error`, `info`, `note` or `warning`. */
  readonly type: string;
  readonly text: string;
}

export interface ServerFacts {
  /** `11.8.9` */
  readonly version: string;
  /** Null if it does not listen on the network. */
  readonly port: number | null;
  /** Its `bind-address` if that keeps all other hosts out, such as `127.0.0.1`. */
  readonly localAddress?: string;
}

export interface NetworkFacts extends ServerFacts {
  /** True if it has a certificate for TLS. */
  readonly isEncrypted: boolean;
  /** True if clients on the network must use TLS. */
  readonly requiresTls: boolean;
}

export const ALL_PRIVILEGES = 'ALL PRIVILEGES';
