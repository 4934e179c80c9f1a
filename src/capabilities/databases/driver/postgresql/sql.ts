// The catalogue of a real server, by SQL.
import type { DatabaseServer } from '../../../../core/machine-databases.ts';
import type { PostgresqlCatalogue } from './contract.ts';
import * as databases from './sql-databases.ts';
import * as privileges from './sql-privileges.ts';
import * as users from './sql-users.ts';

export function sqlCatalogue(server: DatabaseServer): PostgresqlCatalogue {
  return {
    databaseNames: () => server.use((connection) => databases.names(connection)),
    databases: (wanted) => server.use((connection) => databases.list(connection, wanted)),
    sizes: (wanted) => server.use((connection) => databases.sizes(connection, wanted)),
    users: (wanted) => server.use((connection) => users.list(connection, wanted)),
    createDatabase: (name) => server.use((connection) => databases.create(connection, name)),
    undoCreateDatabase: (name) => databases.undoCreate(server, name),
    dropDatabase: (name) => databases.drop(server, name),
    acceptsSessions: (name) =>
      server.use(async (connection) => (await databases.find(connection, name))?.acceptsSessions),
    renameDatabase: (from, to, acceptsSessions) =>
      server.use((connection) => databases.rename(connection, from, to, acceptsSessions)),
    undoRenameDatabase: (from, to, acceptsSessions) =>
      server.use((connection) => databases.undoRename(connection, from, to, acceptsSessions)),
    createUser: (name, verifier, most) =>
      server.use((connection) => users.create(connection, name, verifier, most)),
    undoCreateUser: (name) => users.undoCreate(server, name),
    dropUser: (name) => users.drop(server, name),
    renameUser: (from, to, verifier) =>
      server.use((connection) => users.rename(connection, from, to, verifier)),
    undoRenameUser: (from, to) => server.use((connection) => users.undoRename(connection, from, to)),
    setPassword: (name, verifier) =>
      server.use((connection) => users.setPassword(connection, name, verifier)),
    losesPassword: (name) => server.use((connection) => users.losesPassword(connection, name)),
    grant: (database, user) => privileges.grant(server, database, user),
    revoke: (database, user) => privileges.revoke(server, database, user),
    share: (database) => privileges.share(server, database),
    unlocked: (names) => server.use((connection) => users.unlocked(connection, names)),
    lock: (names) => server.use((connection) => users.setLogin(connection, names, false)),
    limitConnections: (names, limit) =>
      server.use((connection) => users.limitConnections(connection, names, limit)),
    unlock: (names) => server.use((connection) => users.setLogin(connection, names, true)),
  };
}
