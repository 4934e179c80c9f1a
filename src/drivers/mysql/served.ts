// The catalogue of a running server, over one connection.
import type { DatabaseConnection } from '../../core/machine-databases.ts';
import type { MysqlCatalogue, WantedNames } from './contract.ts';
import * as databases from './sql-databases.ts';
import * as privileges from './sql-privileges.ts';
import * as users from './sql-users.ts';

export class ServedMysql implements MysqlCatalogue {
  readonly isServed = true;
  readonly #connection: DatabaseConnection;

  constructor(connection: DatabaseConnection) {
    this.#connection = connection;
  }

  databases(wanted?: WantedNames) {
    return databases.list(this.#connection, wanted);
  }

  sizes(names: readonly string[]) {
    return databases.sizes(this.#connection, names);
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

  createDatabase(name: string) {
    return databases.create(this.#connection, name);
  }

  dropDatabase(name: string) {
    return databases.drop(this.#connection, name);
  }

  createUser(name: string, hosts: readonly string[], password: string) {
    return users.create(this.#connection, name, hosts, password);
  }

  dropUser(name: string) {
    return users.drop(this.#connection, name);
  }

  setPrivileges(user: string, database: string, of: readonly string[]) {
    return privileges.set(this.#connection, user, database, of);
  }
}
