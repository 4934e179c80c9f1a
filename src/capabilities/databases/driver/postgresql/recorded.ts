// The catalogue of a sandbox that runs no PostgreSQL: which databases and users there would be, as a file each. Nothing
// is in the databases, and nobody can connect, so passwords are not kept.
import type { MachineFiles } from '../../../../core/machine-daemons.ts';
import type { CataloguedDatabase, PostgresqlCatalogue } from './contract.ts';
import type { WantedNames } from '../../rules/owners.ts';
import { limitConnections, Records, setLocked, type ConnectionLimit } from '../records.ts';
import { missing, taken } from './refusals.ts';

export const RECORDED = '/var/lib/postgresql';

type Kind = 'database' | 'user';

/** What the files say. */
interface Recorded {
  readonly database: { readonly users: readonly string[] };
  readonly user: {
    readonly isLocked: boolean;
    /** Absent: any number. */
    readonly mostConnections?: number;
  };
}

export class RecordedCatalogue implements PostgresqlCatalogue {
  readonly #records: { readonly [K in Kind]: Records<Recorded[K]> };

  constructor(files: MachineFiles) {
    this.#records = {
      database: new Records(files, [RECORDED, `${RECORDED}/databases`], '.json'),
      user: new Records(files, [RECORDED, `${RECORDED}/users`], '.json'),
    };
  }

  async databases(wanted?: WantedNames): Promise<CataloguedDatabase[]> {
    const names = await this.#records.database.names(wanted);
    const found = await Promise.all(
      names.map(async (name) => ({ name, recorded: await this.#records.database.find(name) })),
    );
    return found.flatMap(({ name, recorded }) => (recorded ? [{ name, users: recorded.users }] : []));
  }

  databaseNames(): Promise<string[]> {
    return this.#records.database.names();
  }

  async sizes(wanted?: WantedNames): Promise<Map<string, number>> {
    return new Map((await this.databases(wanted)).map(({ name }) => [name, 0]));
  }

  users(wanted?: WantedNames): Promise<string[]> {
    return this.#records.user.names(wanted);
  }

  async createDatabase(name: string): Promise<void> {
    if ((await this.#records.database.find(name)) === undefined)
      await this.#records.database.write(name, { users: [] });
  }

  undoCreateDatabase(name: string): Promise<void> {
    return this.dropDatabase(name);
  }

  dropDatabase(name: string): Promise<void> {
    return this.#records.database.remove(name);
  }

  async acceptsSessions(name: string): Promise<boolean | undefined> {
    return (await this.#records.database.find(name)) === undefined ? undefined : true;
  }

  async renameDatabase(from: string, to: string): Promise<void> {
    await this.#move('database', from, to);
  }

  async undoRenameDatabase(from: string, to: string): Promise<void> {
    if ((await this.#records.database.find(from)) === undefined) await this.renameDatabase(to, from);
  }

  async createUser(name: string, _verifier: string, most = 0): Promise<void> {
    if ((await this.#records.user.find(name)) !== undefined) return;
    await this.#records.user.write(name, { isLocked: false, ...(most > 0 && { mostConnections: most }) });
  }

  undoCreateUser(name: string): Promise<void> {
    return this.dropUser(name);
  }

  async dropUser(name: string): Promise<void> {
    for (const database of await this.databases()) {
      if (database.users.includes(name)) await this.revoke(database.name, name);
    }
    await this.#records.user.remove(name);
  }

  async renameUser(from: string, to: string): Promise<void> {
    await this.#move('user', from, to);
    for (const { name, users } of await this.databases()) {
      if (!users.includes(from)) continue;
      await this.#records.database.write(name, {
        users: users.map((user) => (user === from ? to : user)).sort(),
      });
    }
  }

  async undoRenameUser(from: string, to: string): Promise<void> {
    // A process may have been killed before all databases had the new name.
    if ((await this.#records.user.find(from)) !== undefined) await this.#records.user.remove(to);
    await this.renameUser(to, from);
  }

  async setPassword(name: string): Promise<void> {
    await this.#assertThere('user', name);
  }

  losesPassword(): Promise<boolean> {
    return Promise.resolve(false);
  }

  async grant(database: string, user: string): Promise<void> {
    await this.#assertThere('user', user);
    const { users } = await this.#assertThere('database', database);
    await this.#records.database.write(database, { users: [...new Set([...users, user])].sort() });
  }

  async revoke(database: string, user: string): Promise<void> {
    const { users } = await this.#assertThere('database', database);
    await this.#records.database.write(database, { users: users.filter((one) => one !== user) });
  }

  async share(database: string): Promise<void> {
    await this.#assertThere('database', database);
  }

  async unlocked(users: readonly string[]): Promise<string[]> {
    const found = await Promise.all(
      users.map(async (name) => ({ name, recorded: await this.#records.user.find(name) })),
    );
    return found.filter(({ recorded }) => recorded?.isLocked === false).map(({ name }) => name);
  }

  async lock(users: readonly string[]): Promise<void> {
    await setLocked(this.#records.user, users, true);
  }

  async unlock(users: readonly string[]): Promise<void> {
    await setLocked(this.#records.user, users, false);
  }

  limitConnections(users: readonly string[], limit: ConnectionLimit): Promise<string[]> {
    return limitConnections(this.#records.user, users, limit);
  }

  async #assertThere<K extends Kind>(kind: K, name: string): Promise<Recorded[K]> {
    const recorded = await this.#records[kind].find(name);
    if (recorded === undefined) throw missing(kind, name);
    return recorded;
  }

  /** Does nothing if it was done. */
  async #move(kind: Kind, from: string, to: string): Promise<void> {
    const records: Records<Recorded[Kind]> = this.#records[kind];
    const recorded = await records.find(from);
    const target = await records.find(to);
    if (recorded === undefined) {
      if (target === undefined) throw missing(kind, from);
      return;
    }
    if (target !== undefined) throw taken(kind, to);
    await records.write(to, recorded);
    await records.remove(from);
  }
}
