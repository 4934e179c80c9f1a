// The catalogue of a running server, over one connection.
import type { DatabaseConnection } from '../../../../core/machine-databases.ts';
import type { MysqlCatalogue, NewGrant, NewNames } from './contract.ts';
import type { WantedNames } from '../../rules/owners.ts';
import type { ConnectionLimit } from '../records.ts';
import { copyDatabase, removeCopy } from './moves/copy-database.ts';
import {
  crossingGrants,
  restoreGrants,
  revokeGrants,
  type CrossingGrant,
  type Side,
} from './moves/crossing-grants.ts';
import { inventoryOf, type DatabaseInventory } from './moves/inventory.ts';
import { moveDatabase, moveDatabaseBack, type Names } from './moves/move-database.ts';
import { renameUser, renameUserBack, userInventoryOf, type UserInventory } from './moves/rename-user.ts';
import type { ClientTools } from './client-tools.ts';
import * as databases from './sql-databases.ts';
import * as maintenance from './sql-maintenance.ts';
import { assertNew } from './sql-maintenance.ts';
import * as privileges from './sql-privileges.ts';
import * as ties from './sql-databases.ts';
import * as users from './sql-users.ts';

export class ServedMysql implements MysqlCatalogue {
  readonly isServed = true;
  readonly #connection: DatabaseConnection;
  readonly #tools: ClientTools;

  /** @param tools MariaDB’s own clients. */
  constructor(connection: DatabaseConnection, tools: ClientTools) {
    this.#connection = connection;
    this.#tools = tools;
  }

  databases(wanted?: WantedNames) {
    return databases.list(this.#connection, wanted);
  }

  sizes(wanted?: WantedNames) {
    return databases.sizes(this.#connection, wanted);
  }

  users(wanted?: WantedNames) {
    return users.list(this.#connection, wanted);
  }

  grants(of: readonly string[]) {
    return privileges.list(this.#connection, of);
  }

  privileges(user: string, database: string) {
    return privileges.held(this.#connection, user, database);
  }

  assertNew(names: NewNames) {
    return assertNew(this.#connection, names);
  }

  createDatabase(name: string) {
    return databases.create(this.#connection, name);
  }

  dropDatabase(name: string) {
    return databases.drop(this.#connection, name);
  }

  createUser(name: string, hosts: readonly string[], password: string, most?: number) {
    return users.create(this.#connection, name, hosts, password, most);
  }

  dropUser(name: string) {
    return users.drop(this.#connection, name);
  }

  setPassword(name: string, password: string) {
    return users.setPassword(this.#connection, name, password);
  }

  setAdministratorPassword(password: string) {
    return users.setAdministratorPassword(this.#connection, password);
  }

  addHosts(name: string, of: readonly string[]) {
    return users.addHosts(this.#connection, name, of);
  }

  dropHost(name: string, host: string) {
    return users.dropHost(this.#connection, name, host);
  }

  limitConnections(of: readonly string[], limit: ConnectionLimit) {
    return users.limitConnections(this.#connection, of, limit);
  }

  locked(of: readonly string[]) {
    return users.locked(this.#connection, of);
  }

  lock(of: readonly string[]) {
    return users.setLocked(this.#connection, of, true);
  }

  unlock(of: readonly string[]) {
    return users.setLocked(this.#connection, of, false);
  }

  grant(grant: NewGrant) {
    return privileges.grant(this.#connection, grant);
  }

  setPrivileges(user: string, database: string, of: readonly string[]) {
    return privileges.set(this.#connection, user, database, of);
  }

  check(database: string) {
    return maintenance.check(this.#connection, database);
  }

  repair(database: string) {
    return maintenance.repair(this.#connection, database);
  }

  schema(database: string) {
    return this.#tools.schema(database);
  }

  routines(definers: readonly string[]) {
    return maintenance.routines(this.#connection, definers);
  }

  server() {
    return maintenance.server(this.#connection);
  }

  network() {
    return maintenance.network(this.#connection);
  }

  inventory(database: string) {
    return inventoryOf(this.#connection, database);
  }

  moveDatabase(inventory: DatabaseInventory, names: Names) {
    return moveDatabase(this.#connection, inventory, names);
  }

  moveDatabaseBack(inventory: DatabaseInventory, names: Names) {
    return moveDatabaseBack(this.#connection, inventory, names);
  }

  definers(of: readonly string[]) {
    return ties.definers(this.#connection, of);
  }

  foreignKeys(of: readonly string[]) {
    return ties.foreignKeys(this.#connection, of);
  }

  dropDatabases(names: readonly string[]) {
    return databases.dropAll(this.#connection, names);
  }

  copyDatabase(names: Names) {
    return copyDatabase(this.#connection, names, this.#tools);
  }

  removeCopy(names: Names) {
    return removeCopy(this.#connection, names, this.#tools);
  }

  crossingGrants(one: Side, other: Side) {
    return crossingGrants(this.#connection, one, other);
  }

  revokeGrants(of: readonly CrossingGrant[]) {
    return revokeGrants(this.#connection, of);
  }

  restoreGrants(of: readonly CrossingGrant[]) {
    return restoreGrants(this.#connection, of);
  }

  userInventory(user: string, of: readonly string[]) {
    return userInventoryOf(this.#connection, user, of);
  }

  renameUser(inventory: UserInventory, names: Names) {
    return renameUser(this.#connection, inventory, names);
  }

  renameUserBack(inventory: UserInventory, names: Names) {
    return renameUserBack(this.#connection, inventory, names);
  }
}
