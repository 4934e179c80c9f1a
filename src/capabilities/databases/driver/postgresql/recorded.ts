// The catalogue of a sandbox that runs no PostgreSQL: which databases and users there would be, as a file each. Nothing
// is in the databases, and nobody can connect, so passwords are not kept.
import type { MachineFiles } from '../../../../core/machine-daemons.ts';
import type { CataloguedDatabase, ConnectionLimit, PostgresqlCatalogue, WantedNames } from './contract.ts';
import { missing, taken } from './refusals.ts';

export const RECORDED = '/var/lib/postgresql';
const folders = { database: `${RECORDED}/databases`, user: `${RECORDED}/users` } as const;
type Kind = keyof typeof folders;

const attributes = { mode: 0o600 };

/** What the files say. */
interface Recorded {
  readonly database: { readonly users: readonly string[] };
  readonly user: {
    readonly isLocked: boolean;
    /** Absent: any number. */
    readonly mostConnections?: number;
  };
}

const pathOf = (kind: Kind, name: string) => `${folders[kind]}/${encodeURIComponent(name)}.json`;

/** The locks of a plan keep two processes from changing the same database or user. */
export class RecordedCatalogue implements PostgresqlCatalogue {
  readonly #files: MachineFiles;

  constructor(files: MachineFiles) {
    this.#files = files;
  }

  async databases(wanted?: WantedNames): Promise<CataloguedDatabase[]> {
    const names = await this.#names('database', wanted);
    const found = await Promise.all(
      names.map(async (name) => ({ name, recorded: await this.#read('database', name) })),
    );
    return found.flatMap(({ name, recorded }) => (recorded ? [{ name, users: recorded.users }] : []));
  }

  databaseNames(): Promise<string[]> {
    return this.#names('database');
  }

  async sizes(wanted?: WantedNames): Promise<Map<string, number>> {
    return new Map((await this.databases(wanted)).map(({ name }) => [name, 0]));
  }

  users(wanted?: WantedNames): Promise<string[]> {
    return this.#names('user', wanted);
  }

  async createDatabase(name: string): Promise<void> {
    if ((await this.#read('database', name)) === undefined)
      await this.#write('database', name, { users: [] });
  }

  undoCreateDatabase(name: string): Promise<void> {
    return this.dropDatabase(name);
  }

  dropDatabase(name: string): Promise<void> {
    return this.#files.remove(pathOf('database', name));
  }

  async acceptsSessions(name: string): Promise<boolean | undefined> {
    return (await this.#read('database', name)) === undefined ? undefined : true;
  }

  async renameDatabase(from: string, to: string): Promise<void> {
    await this.#move('database', from, to);
  }

  async undoRenameDatabase(from: string, to: string): Promise<void> {
    if ((await this.#read('database', from)) === undefined) await this.renameDatabase(to, from);
  }

  async createUser(name: string, _verifier: string, most = 0): Promise<void> {
    if ((await this.#read('user', name)) !== undefined) return;
    await this.#write('user', name, { isLocked: false, ...(most > 0 && { mostConnections: most }) });
  }

  undoCreateUser(name: string): Promise<void> {
    return this.dropUser(name);
  }

  async dropUser(name: string): Promise<void> {
    for (const database of await this.databases()) {
      if (database.users.includes(name)) await this.revoke(database.name, name);
    }
    await this.#files.remove(pathOf('user', name));
  }

  async renameUser(from: string, to: string): Promise<void> {
    await this.#move('user', from, to);
    for (const { name, users } of await this.databases()) {
      if (!users.includes(from)) continue;
      await this.#write('database', name, { users: users.map((user) => (user === from ? to : user)).sort() });
    }
  }

  async undoRenameUser(from: string, to: string): Promise<void> {
    // A process may have been killed before all databases had the new name.
    if ((await this.#read('user', from)) !== undefined) await this.#files.remove(pathOf('user', to));
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
    await this.#write('database', database, { users: [...new Set([...users, user])].sort() });
  }

  async revoke(database: string, user: string): Promise<void> {
    const { users } = await this.#assertThere('database', database);
    await this.#write('database', database, { users: users.filter((one) => one !== user) });
  }

  async share(database: string): Promise<void> {
    await this.#assertThere('database', database);
  }

  async unlocked(users: readonly string[]): Promise<string[]> {
    const found = await Promise.all(
      users.map(async (name) => ({ name, recorded: await this.#read('user', name) })),
    );
    return found.filter(({ recorded }) => recorded?.isLocked === false).map(({ name }) => name);
  }

  async lock(users: readonly string[]): Promise<void> {
    await this.#setLocked(users, true);
  }

  async unlock(users: readonly string[]): Promise<void> {
    await this.#setLocked(users, false);
  }

  async #setLocked(users: readonly string[], isLocked: boolean): Promise<void> {
    for (const name of await this.users({ names: users, prefixes: [] })) {
      const recorded = await this.#read('user', name);
      await this.#write('user', name, { ...recorded, isLocked });
    }
  }

  async limitConnections(users: readonly string[], { most, former }: ConnectionLimit): Promise<string[]> {
    const changed: string[] = [];
    for (const name of users) {
      const recorded = await this.#read('user', name);
      const { mostConnections = 0 } = recorded ?? {};
      if (recorded === undefined || mostConnections === most || ![0, former].includes(mostConnections))
        continue;
      await this.#write('user', name, { ...recorded, mostConnections: most });
      changed.push(name);
    }
    return changed;
  }

  async #names(kind: Kind, wanted?: WantedNames): Promise<string[]> {
    const names = (await this.#files.list(folders[kind])).map((file) =>
      decodeURIComponent(file.replace(/\.json$/, '')),
    );
    return names
      .filter(
        (name) =>
          wanted === undefined ||
          wanted.names.includes(name) ||
          wanted.prefixes.some((prefix) => name.startsWith(prefix)),
      )
      .sort();
  }

  async #read<K extends Kind>(kind: K, name: string): Promise<Recorded[K] | undefined> {
    const text = await this.#files.readText(pathOf(kind, name));
    return text === undefined ? undefined : (JSON.parse(text) as Recorded[K]);
  }

  async #write<K extends Kind>(kind: K, name: string, recorded: Recorded[K]): Promise<void> {
    for (const path of [RECORDED, folders[kind]]) await this.#files.makeDirectory(path, { mode: 0o700 });
    await this.#files.write(pathOf(kind, name), `${JSON.stringify(recorded)}\n`, attributes);
  }

  async #assertThere<K extends Kind>(kind: K, name: string): Promise<Recorded[K]> {
    const recorded = await this.#read(kind, name);
    if (recorded === undefined) throw missing(kind, name);
    return recorded;
  }

  /** Does nothing if it was done. */
  async #move(kind: Kind, from: string, to: string): Promise<void> {
    const recorded = await this.#read(kind, from);
    const target = await this.#read(kind, to);
    if (recorded === undefined) {
      if (target === undefined) throw missing(kind, from);
      return;
    }
    if (target !== undefined) throw taken(kind, to);
    await this.#write(kind, to, recorded);
    await this.#files.remove(pathOf(kind, from));
  }
}
