// What a sandbox has instead of a database server: a folder with a file for each database or user. The locks of a plan keep
// two processes from changing the same one.
import type { MachineFiles } from '../../../core/machine-daemons.ts';
import type { WantedNames } from '../rules/owners.ts';

/** How many connections users may have at once. */
export interface ConnectionLimit {
  /** 0: any number. */
  readonly most: number;
  /** The limit that this program gave them before. Another one was set by an administrator, and stays. */
  readonly former: number;
}

/** What is recorded of a user on servers of each kind. */
interface RecordedUser {
  /** Absent: no. */
  readonly isLocked?: boolean;
  /** Absent: any number. */
  readonly mostConnections?: number;
}

export class Records<Recorded extends object> {
  readonly #files: MachineFiles;
  readonly #folders: readonly string[];
  readonly #suffix: string;

  /** @param folders that are made if they are missing. The last one has the files. @param suffix of the names of files. */
  constructor(files: MachineFiles, folders: readonly [...string[], string], suffix = '') {
    this.#files = files;
    this.#folders = folders;
    this.#suffix = suffix;
  }

  /** Sorted. */
  async names(wanted?: WantedNames): Promise<string[]> {
    const files = await this.#files.list(this.#folders.at(-1) ?? '');
    const names = files.map((file) =>
      decodeURIComponent(
        file.endsWith(this.#suffix) ? file.slice(0, file.length - this.#suffix.length) : file,
      ),
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

  async find(name: string): Promise<Recorded | undefined> {
    const text = await this.#files.readText(this.#path(name));
    return text === undefined ? undefined : (JSON.parse(text) as Recorded);
  }

  async write(name: string, recorded: Recorded): Promise<void> {
    for (const folder of this.#folders) await this.#files.makeDirectory(folder, { mode: 0o700 });
    await this.#files.write(this.#path(name), `${JSON.stringify(recorded)}\n`, { mode: 0o600 });
  }

  remove(name: string): Promise<void> {
    return this.#files.remove(this.#path(name));
  }

  #path(name: string): string {
    return `${this.#folders.at(-1)}/${encodeURIComponent(name)}${this.#suffix}`;
  }
}

export async function setLocked<User extends RecordedUser>(
  records: Records<User>,
  users: readonly string[],
  isLocked: boolean,
): Promise<void> {
  for (const name of users) {
    const found = await records.find(name);
    if (found !== undefined) await records.write(name, { ...found, isLocked });
  }
}

/** @returns the users that have another limit now. */
export async function limitConnections<User extends RecordedUser>(
  records: Records<User>,
  users: readonly string[],
  { most, former }: ConnectionLimit,
): Promise<string[]> {
  const changed: string[] = [];
  for (const name of users) {
    const found = await records.find(name);
    const { mostConnections = 0 } = found ?? {};
    if (found === undefined || mostConnections === most || ![0, former].includes(mostConnections)) continue;
    await records.write(name, { ...found, mostConnections: most });
    changed.push(name);
  }
  return changed;
}
