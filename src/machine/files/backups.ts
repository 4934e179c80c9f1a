// Copies of files from before they were changed: `files/backups/etc/bind/named.conf.local/20261125T175356.123Z`, in the
// state directory, with the original owner and mode.
import { constants } from 'node:fs';
import { mkdir, open, readdir, rm, rmdir, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileAttributes } from '../../core/machine-daemons.ts';
import { MachineError } from '../../core/machine-error.ts';

/** Enough for every unfinished operation: an operation locks its files and makes one copy of each. */
const KEPT = 10;
const STAMP = /^\d{8}T\d{6}\.\d{3}Z(?:-\d+)?$/;

export interface Saved {
  readonly content: Buffer;
  readonly attributes: FileAttributes;
}

export class Backups {
  readonly #folder: string;
  readonly #setsOwners: boolean;
  readonly #now: () => number;

  constructor(folder: string, { setsOwners, now }: { setsOwners: boolean; now: () => number }) {
    this.#folder = folder;
    this.#setsOwners = setsOwners;
    this.#now = now;
  }

  /** @returns the path below the backups. A version that was saved before is not stored again. */
  async save(path: string, { content, attributes }: Required<Saved>): Promise<string> {
    const folder = join(this.#folder, path);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const names = await this.#copies(path);
    const latest = names.at(-1);
    if (latest !== undefined) {
      const before = await this.read(join(path, latest));
      if (before.content.equals(content) && before.attributes.mode === attributes.mode) {
        await utimes(join(folder, latest), this.#seconds(), this.#seconds());
        return join(path, latest);
      }
    }
    const stamp = new Date(this.#now()).toISOString().replaceAll(/[-:]/g, '');
    const name = names.includes(stamp) ? `${stamp}-${names.length}` : stamp;
    const { O_CREAT, O_NOFOLLOW, O_TRUNC, O_WRONLY } = constants;
    // The journal does not know the name of an interrupted copy, so such a copy may be overwritten.
    const file = await open(join(folder, name), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
    try {
      await file.writeFile(content);
      if (this.#setsOwners) await file.chown(Number(attributes.owner), Number(attributes.group));
      await file.chmod(attributes.mode);
      await file.utimes(this.#seconds(), this.#seconds());
      await file.sync();
    } finally {
      await file.close();
    }
    const directory = await open(folder, 'r');
    await directory.sync().finally(() => directory.close());
    for (const old of names.slice(0, -(KEPT - 1))) await rm(join(folder, old), { force: true });
    return join(path, name);
  }

  /** @throws MachineError `failed` if somebody removed the backup. */
  async read(copy: string): Promise<Saved> {
    try {
      const file = await open(join(this.#folder, copy), constants.O_RDONLY | constants.O_NOFOLLOW);
      try {
        const { uid, gid, mode } = await file.stat();
        return {
          content: await file.readFile(),
          attributes: { owner: uid, group: gid, mode: mode & 0o7777 },
        };
      } finally {
        await file.close();
      }
    } catch (cause) {
      if ((cause as { code?: string }).code !== 'ENOENT') throw cause;
      throw new MachineError('failed', `The backup “${join(this.#folder, copy)}” is missing.`, { cause });
    }
  }

  /**
   * Removes the copies of files that are gone, if the last copy was made, or would have been, before this time.
   * @returns the number of files whose copies were removed.
   */
  async prune(before: number, isThere: (path: string) => boolean): Promise<number> {
    let count = 0;
    for (const path of await this.#copied()) {
      const last = (await this.#copies(path)).at(-1) ?? '';
      const { mtimeMs } = await stat(join(this.#folder, path, last));
      if (mtimeMs >= before || isThere(path)) continue;
      await rm(join(this.#folder, path), { recursive: true });
      await this.#removeEmpty(dirname(path));
      count++;
    }
    return count;
  }

  /** The paths of all files that have copies. */
  async #copied(): Promise<string[]> {
    const entries = await readdir(this.#folder, { recursive: true, withFileTypes: true }).catch(noFolder);
    const folders = entries.filter((entry) => entry.isFile() && STAMP.test(entry.name));
    return [...new Set(folders.map(({ parentPath }) => parentPath.slice(this.#folder.length)))];
  }

  /** For the file system: since 1970-01-01. */
  #seconds(): number {
    return this.#now() / 1000;
  }

  async #removeEmpty(path: string): Promise<void> {
    for (let at = path; at !== '/'; at = dirname(at)) {
      try {
        await rmdir(join(this.#folder, at));
      } catch (error) {
        if ((error as { code?: string }).code === 'ENOTEMPTY') return;
        throw error;
      }
    }
  }

  async #copies(path: string): Promise<string[]> {
    return (await readdir(join(this.#folder, path))).filter((name) => STAMP.test(name)).sort();
  }
}

function noFolder(error: unknown): [] {
  if ((error as { code?: string }).code === 'ENOENT') return [];
  throw error;
}
