// The catalogue of a sandbox without a server: a file for each database and user. Passwords are not kept.
import type { MachineFiles } from '../../../../core/machine-daemons.ts';
import type { Grant, HeldPrivileges, MysqlCatalogue, NewGrant, NewNames } from './contract.ts';
import type { WantedNames } from '../../rules/owners.ts';
import { limitConnections, Records, setLocked, type ConnectionLimit } from '../records.ts';
import type { CrossingGrant, Side } from './moves/crossing-grants.ts';
import type { DatabaseInventory } from './moves/inventory.ts';
import type { Names } from './moves/move-database.ts';
import type { UserInventory } from './moves/rename-user.ts';
import { missing, taken } from './statements.ts';

const RECORDS = '/var/lib/whmapi1-mysql';
const ADMINISTRATOR = 'administrator.json';
const FOLDERS = ['/var', '/var/lib', RECORDS] as const;

interface RecordedUser {
  readonly hosts: readonly string[];
  /** Absent: no. */
  readonly isLocked?: boolean;
  /** Absent: any number. */
  readonly mostConnections?: number;
  /** By database. */
  readonly grants: Readonly<Record<string, readonly string[]>>;
}

export class RecordedMysql implements MysqlCatalogue {
  readonly isServed = false;
  readonly #databases: Records<object>;
  readonly #users: Records<RecordedUser>;
  readonly #server: Records<object>;

  /** @param files of `/var`. */
  constructor(files: MachineFiles) {
    this.#databases = new Records(files, [...FOLDERS, `${RECORDS}/databases`]);
    this.#users = new Records(files, [...FOLDERS, `${RECORDS}/users`]);
    this.#server = new Records(files, FOLDERS);
  }

  databases(wanted?: WantedNames): Promise<string[]> {
    return this.#databases.names(wanted);
  }

  async sizes(wanted?: WantedNames): Promise<Map<string, number>> {
    // Nothing can be stored in them.
    return new Map((await this.databases(wanted)).map((name) => [name, 0]));
  }

  async users(wanted?: WantedNames) {
    const names = await this.#users.names(wanted);
    return Promise.all(names.map(async (name) => ({ name, hosts: (await this.#user(name)).hosts })));
  }

  async grants(users: readonly string[]): Promise<Grant[]> {
    const all: Grant[] = [];
    for (const user of await this.#users.names({ names: users, prefixes: [] })) {
      const { hosts, grants } = await this.#user(user);
      for (const host of hosts)
        all.push(...Object.keys(grants).map((database) => ({ user, host, database })));
    }
    return all;
  }

  async privileges(user: string, database: string): Promise<HeldPrivileges[]> {
    const { hosts, grants } = await this.#user(user);
    const privileges = grants[database];
    return privileges === undefined ? [] : hosts.map((host) => ({ host, privileges }));
  }

  async assertNew({ database, user }: NewNames): Promise<undefined> {
    if (database !== undefined && (await this.databases()).includes(database))
      throw taken('database', database);
    if (user !== undefined && (await this.#users.find(user)) !== undefined) throw taken('user', user);
  }

  async createDatabase(name: string): Promise<void> {
    if ((await this.databases()).includes(name)) throw taken('database', name);
    await this.#databases.write(name, {});
  }

  async dropDatabase(name: string): Promise<void> {
    for (const user of await this.#users.names()) {
      const found = await this.#user(user);
      if (found.grants[name] !== undefined) await this.#grant(user, found, name, []);
    }
    await this.#databases.remove(name);
  }

  async dropDatabases(names: readonly string[]): Promise<void> {
    for (const name of names) await this.dropDatabase(name);
  }

  async createUser(name: string, hosts: readonly string[], _password: string, most = 0): Promise<void> {
    if ((await this.#users.find(name)) !== undefined) throw taken('user', name);
    await this.#users.write(name, {
      ...{ hosts: [...hosts].sort(), grants: {} },
      ...(most > 0 && { mostConnections: most }),
    });
  }

  dropUser(name: string): Promise<void> {
    return this.#users.remove(name);
  }

  async locked(users: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    for (const name of users) if ((await this.#users.find(name))?.isLocked === true) found.push(name);
    return found;
  }

  lock(users: readonly string[]): Promise<void> {
    return setLocked(this.#users, users, true);
  }

  unlock(users: readonly string[]): Promise<void> {
    return setLocked(this.#users, users, false);
  }

  limitConnections(users: readonly string[], limit: ConnectionLimit): Promise<string[]> {
    return limitConnections(this.#users, users, limit);
  }

  async grant({ user, database, privileges }: NewGrant): Promise<void> {
    const found = await this.#user(user);
    await this.#grant(user, found, database, [...(found.grants[database] ?? []), ...privileges]);
  }

  async setPrivileges(user: string, database: string, privileges: readonly string[]): Promise<void> {
    await this.#grant(user, await this.#user(user), database, privileges);
  }

  async setPassword(name: string): Promise<[]> {
    await this.#user(name);
    return [];
  }

  setAdministratorPassword(): Promise<void> {
    return this.#server.write(ADMINISTRATOR, { hasPassword: true });
  }

  async addHosts(name: string, hosts: readonly string[]): Promise<void> {
    const found = await this.#user(name);
    await this.#users.write(name, {
      ...found,
      hosts: [...new Set([...found.hosts, ...hosts])].sort(),
    });
  }

  async dropHost(name: string, host: string): Promise<void> {
    const found = await this.#users.find(name);
    if (found === undefined) return;
    const hosts = found.hosts.filter((one) => one !== host);
    if (hosts.length === 0) return this.dropUser(name);
    await this.#users.write(name, { ...found, hosts });
  }

  // Nothing is in the databases.

  async check(database: string): Promise<[]> {
    if ((await this.databases({ names: [database], prefixes: [] })).length === 0) {
      throw missing('database', database);
    }
    return [];
  }

  repair(database: string): Promise<[]> {
    return this.check(database);
  }

  async schema(database: string): Promise<string> {
    await this.check(database);
    return '';
  }

  routines(): Promise<[]> {
    return Promise.resolve([]);
  }

  server(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  network(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async inventory(database: string): Promise<DatabaseInventory> {
    if (!(await this.databases()).includes(database)) throw missing('database', database);
    const nothing = { tables: [], triggers: [], views: [], routines: [], events: [], grants: [] };
    return { original: database, collation: '', comment: '', size: 0, ...nothing };
  }

  async moveDatabase(_inventory: DatabaseInventory, { from, to }: Names): Promise<{ isKept: boolean }> {
    await this.createDatabase(to);
    await this.#rename({ from, to });
    return { isKept: false };
  }

  async moveDatabaseBack(_inventory: DatabaseInventory, { from, to }: Names): Promise<void> {
    await this.#databases.write(from, {});
    await this.#rename({ from: to, to: from });
  }

  definers(): Promise<[]> {
    return Promise.resolve([]);
  }

  foreignKeys(): Promise<[]> {
    return Promise.resolve([]);
  }

  async copyDatabase({ from, to }: Names): Promise<void> {
    await this.check(from);
    await this.createDatabase(to);
  }

  removeCopy({ to }: Names): Promise<void> {
    return this.dropDatabase(to);
  }

  async crossingGrants(one: Side, other: Side): Promise<CrossingGrant[]> {
    const found: CrossingGrant[] = [];
    for (const [users, databases] of [
      [one.users, other.databases],
      [other.users, one.databases],
    ] as const) {
      for (const user of await this.#users.names({ names: users, prefixes: [] })) {
        for (const [database, held] of Object.entries((await this.#user(user)).grants)) {
          if (!databases.includes(database)) continue;
          const privileges = held.map((name) => ({ name }));
          const grant = {
            level: 'database' as const,
            user,
            host: '%',
            object: '',
            privileges,
            canGrant: false,
          };
          found.push({ database, grant });
        }
      }
    }
    return found;
  }

  async revokeGrants(grants: readonly CrossingGrant[]): Promise<void> {
    for (const { database, grant } of grants) await this.setPrivileges(grant.user, database, []);
  }

  async restoreGrants(grants: readonly CrossingGrant[]): Promise<void> {
    for (const { database, grant } of grants) {
      const privileges = grant.privileges.map(({ name }) => name);
      await this.setPrivileges(grant.user, database, privileges);
    }
  }

  async userInventory(user: string): Promise<UserInventory> {
    return { hosts: (await this.#user(user)).hosts, defined: [] };
  }

  async renameUser(_inventory: UserInventory, { from, to }: Names): Promise<void> {
    if ((await this.#users.find(to)) !== undefined) throw taken('user', to);
    await this.#users.write(to, await this.#user(from));
    await this.dropUser(from);
  }

  async renameUserBack(_inventory: UserInventory, { from, to }: Names): Promise<void> {
    const renamed = await this.#users.find(to);
    if (renamed !== undefined) await this.#users.write(from, renamed);
    await this.dropUser(to);
  }

  /** Moves the grants, and then drops the one database. Both exist. */
  async #rename({ from, to }: Names): Promise<void> {
    for (const user of await this.#users.names()) {
      const found = await this.#user(user);
      const { [from]: moved, ...others } = found.grants;
      if (moved === undefined) continue;
      await this.#users.write(user, { ...found, grants: { ...others, [to]: moved } });
    }
    await this.#databases.remove(from);
  }

  #grant(user: string, found: RecordedUser, database: string, privileges: readonly string[]): Promise<void> {
    const others = Object.entries(found.grants).filter(([name]) => name !== database);
    const grants =
      privileges.length === 0 ? others : [...others, [database, [...privileges].sort()] as const];
    return this.#users.write(user, { ...found, grants: Object.fromEntries(grants) });
  }

  async #user(name: string): Promise<RecordedUser> {
    const found = await this.#users.find(name);
    if (found === undefined) throw missing('user', name);
    return found;
  }
}
