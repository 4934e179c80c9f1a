// The users and groups of the machine, from all sources that the machine uses (getent).
import type { MachineUser } from '../../core/machine.ts';
import { isUserName } from '../../core/machine-values.ts';
import { userOf, usersIn } from '../passwd.ts';
import type { Run } from './run.ts';

type Database = 'passwd' | 'shadow' | 'group' | 'gshadow';

/** Each name is a search through the users: for more names, one list of all is faster. */
const MAX_KEYS = 3;

export class UserDatabase {
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  /** Returns undefined also if the name is not a username. */
  async find(name: string): Promise<MachineUser | undefined> {
    if (!isUserName(name)) return undefined;
    const entry = await this.#entry('passwd', name);
    return entry && userOf(entry);
  }

  async findAll(names: readonly string[]): Promise<Map<string, MachineUser>> {
    const wanted = names.filter(isUserName);
    if (wanted.length === 0) return new Map();
    const keys = wanted.length > MAX_KEYS ? [] : ['--', ...wanted];
    // The status is 2 if some of them do not exist.
    const { stdout } = await this.#run('getent', ['passwd', ...keys], { accept: [0, 2] });
    return usersIn(stdout, new Set(wanted));
  }

  /** `expiry` is in days since 1970-01-01, or empty. */
  async shadow(name: string): Promise<{ hash: string; expiry: string }> {
    const [, hash = '', , , , , , expiry = ''] = (await this.#entry('shadow', name)) ?? [];
    return { hash, expiry };
  }

  async findById(uid: number): Promise<MachineUser | undefined> {
    const entry = await this.#entry('passwd', String(uid));
    return entry && userOf(entry);
  }

  /** The hashes of many users, by name. */
  async shadows(names: ReadonlySet<string>): Promise<Map<string, string>> {
    const { stdout } = await this.#run('getent', ['shadow'], { accept: [0, 2] });
    const hashes = new Map<string, string>();
    for (const line of stdout.split('\n')) {
      const [name = '', hash = ''] = line.split(':', 2);
      if (names.has(name) && !hashes.has(name)) hashes.set(name, hash);
    }
    return hashes;
  }

  /** The name of the group with this ID. */
  async groupName(gid: number): Promise<string | undefined> {
    return (await this.#entry('group', String(gid)))?.[0];
  }

  async groupId(name: string): Promise<number | undefined> {
    const entry = await this.#entry('group', name);
    return entry === undefined ? undefined : Number(entry[2]);
  }

  async has(database: Database, name: string): Promise<boolean> {
    return (await this.#entry(database, name)) !== undefined;
  }

  /** True if any user has this user ID. */
  isUsed(uid: number): Promise<boolean> {
    return this.has('passwd', String(uid));
  }

  async #entry(database: Database, key: string): Promise<string[] | undefined> {
    const { stdout } = await this.#run('getent', [database, '--', key], { accept: [0, 2] });
    return stdout === '' ? undefined : stdout.split('\n')[0]?.split(':');
  }
}
