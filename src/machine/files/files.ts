// Files of the machine and of the sandbox: the same code with different root directories.
import { randomBytes } from 'node:crypto';
import { constants, linkSync, mkdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { geteuid } from 'node:process';
import type {
  FileAttributes,
  FileBackup,
  FileFacts,
  FileOrigin,
  MachineFiles,
  OpenFile,
} from '../../core/machine-daemons.ts';
import { MachineError } from '../../core/machine-error.ts';
import { Backups } from './backups.ts';
import { withOpen, type Descriptor } from './descriptors.ts';
import { toMachineError } from './failure.ts';
import { idOf } from './owners.ts';
import { openRegular } from './open-file.ts';
import { Places, statOf, type Roots } from './place.ts';
import { digestOf, WrittenDigests } from './written.ts';

const MAX_BYTES = 64 * 1024 * 1024;
const STAGED = /^\.whmapi1-[0-9a-f]{16}$/;

export interface FilesOptions extends Roots {
  /** A private directory for backups and digests, created when it is needed. */
  readonly kept: string;
  /** False in a sandbox, where everything belongs to the user of this process. */
  readonly setsOwners: boolean;
  /** Milliseconds since 1970-01-01. */
  readonly now: () => number;
  /**
   * The user whose homes the directories are: a file of anybody else is not read, and neither is a home. In a sandbox,
   * all of them belong to the user of this process. Default: any.
   */
  readonly owner?: number | undefined;
}

export class Files implements MachineFiles {
  readonly #places: Places;
  readonly #written: WrittenDigests;
  readonly #backups: Backups;
  readonly #setsOwners: boolean;
  readonly #owner: number | undefined;
  /** The digests of the versions that were staged here, by path. */
  readonly #staged = new Map<string, string>();
  /** IDs of users and groups, by kind and name. Cached because /etc/group has a line for each account. */
  readonly #ids = new Map<string, number>();

  constructor({ root, directories, kept, setsOwners, now, owner }: FilesOptions) {
    // Nobody else can replace the home of root, which a sandbox need not have.
    const isHome = owner !== undefined && owner !== 0;
    const ofHome = setsOwners ? owner : geteuid?.();
    this.#places = new Places({ root, directories, owner: isHome ? ofHome : undefined });
    this.#written = new WrittenDigests(`${kept}/written`);
    this.#backups = new Backups(`${kept}/backups`, { setsOwners, now });
    this.#setsOwners = setsOwners;
    this.#owner = setsOwners ? owner : undefined;
  }

  locate(path: string): string {
    return this.#places.locate(path);
  }

  async read(path: string, maxBytes = MAX_BYTES): Promise<Uint8Array | undefined> {
    return (await this.#load(path, maxBytes))?.content;
  }

  async readText(path: string, maxBytes?: number): Promise<string | undefined> {
    const bytes = await this.read(path, maxBytes);
    try {
      return bytes && new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch (cause) {
      throw new MachineError('failed', `“${path}” is not text: it has bytes that are not UTF-8.`, { cause });
    }
  }

  open(path: string): Promise<OpenFile | undefined> {
    return this.#places.find(path, async (place) => openRegular(place.path, path, this.#owner));
  }

  facts(path: string): Promise<FileFacts | undefined> {
    return this.#places.find(path, async (place) => {
      const stats = statOf(place.path);
      if (stats === undefined) return undefined;
      const { size, mode, uid, gid, mtimeMs, ctimeMs } = stats;
      const kind = stats.isFile()
        ? 'file'
        : stats.isDirectory()
          ? 'directory'
          : stats.isSymbolicLink()
            ? 'link'
            : 'other';
      const times = { modifiedAt: Math.floor(mtimeMs), changedAt: Math.floor(ctimeMs) };
      return { kind, size, mode: mode & 0o7777, uid, gid, ...times };
    });
  }

  async list(path: string): Promise<string[]> {
    return (await this.#names(path)).filter((name) => !STAGED.test(name)).sort();
  }

  async listStaged(path: string): Promise<string[]> {
    const names = (await this.#names(path)).filter((name) => STAGED.test(name)).sort();
    return names.map((name) => `${path}/${name}`);
  }

  async #names(path: string): Promise<string[]> {
    const names = await this.#places.find(`${path}/x`, ({ directory }) =>
      readdir(`/proc/self/fd/${directory.fd}`),
    );
    return names ?? [];
  }

  async makeDirectory(path: string, attributes: FileAttributes): Promise<void> {
    await this.#places.reach(path, async (place) => {
      if (await this.#isDirectory(place.path, attributes)) return;
      try {
        mkdirSync(place.path, { mode: 0o700 });
      } catch (error) {
        if ((error as { code?: string }).code !== 'EEXIST') throw error;
      }
      const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
      await withOpen(place.path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, async (directory) => {
        await this.#setAttributes(directory, attributes);
        await directory.sync();
      });
      await place.directory.sync();
    });
  }

  async stage(path: string, content: string | Uint8Array, attributes: FileAttributes): Promise<string> {
    const name = stagedName(path);
    await this.#places.reach(path, async ({ beside }) => {
      const staged = beside(name);
      removeIfThere(staged);
      this.#staged.delete(path);
      const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
      try {
        await withOpen(staged, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600, async (file) => {
          await file.write(content);
          await this.#setAttributes(file, attributes);
          await file.sync();
        });
      } catch (error) {
        removeIfThere(staged);
        throw error;
      }
      this.#staged.set(path, digestOf(Buffer.from(content)));
    });
    return `${path.slice(0, path.lastIndexOf('/'))}/${name}`;
  }

  async commit(path: string): Promise<void> {
    await this.#places.reach(path, async (place) => {
      const staged = place.beside(stagedName(path));
      const digest = this.#staged.get(path) ?? (await digestOfFile(staged, path));
      if (digest === undefined || statOf(staged) === undefined) return;
      await this.#recordAlso(path, digest);
      renameSync(staged, place.path);
      this.#staged.delete(path);
      await place.directory.sync();
    });
  }

  async discard(path: string): Promise<void> {
    this.#staged.delete(path);
    await this.#places.find(path, async ({ beside }) => removeIfThere(beside(stagedName(path))));
  }

  async write(path: string, content: string | Uint8Array, attributes: FileAttributes): Promise<void> {
    await this.stage(path, content, attributes);
    await this.commit(path);
  }

  async whileLocked<T>(path: string, work: () => Promise<T>): Promise<T> {
    const { withLock } = await import('../linux/lock.ts');
    return withLock(this.#written.lock(path), work);
  }

  async create(path: string, content: string | Uint8Array, attributes: FileAttributes): Promise<void> {
    await this.#places.reach(path, async (place) => {
      if (statOf(place.path) !== undefined) throw alreadyThere(path);
      const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
      // Others see the file once it is complete.
      const draft = place.beside(`.whmapi1-${randomBytes(8).toString('hex')}`);
      try {
        await withOpen(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600, async (file) => {
          await file.write(content);
          await this.#setAttributes(file, attributes);
          await file.sync();
        });
        linkSync(draft, place.path);
      } catch (error) {
        throw (error as { code?: string }).code === 'EEXIST' ? alreadyThere(path) : error;
      } finally {
        removeIfThere(draft);
      }
      await place.directory.sync();
    });
  }

  async flush(path: string): Promise<void> {
    await this.#places.reach(path, async (place) => {
      const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
      await withOpen(place.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, (file) => file.sync());
    });
  }

  async rename(from: string, to: string): Promise<void> {
    if (dirname(from) !== dirname(to)) throw new TypeError('Invalid path: it is in another directory.');
    await this.#places.reach(from, async (place) => {
      const target = place.beside(to.slice(to.lastIndexOf('/') + 1));
      const isThere = statOf(target) !== undefined;
      if (statOf(place.path) === undefined && isThere) return;
      if (isThere) throw alreadyThere(to);
      renameSync(place.path, target);
      await place.directory.sync();
    });
  }

  async remove(path: string): Promise<void> {
    await this.#places.find(path, async (place) => {
      removeIfThere(place.path);
      await place.directory.sync();
    });
    await this.#written.set(path, []);
  }

  async removeEmptyDirectory(path: string): Promise<void> {
    await this.#places.find(path, async (place) => {
      try {
        rmdirSync(place.path);
      } catch (error) {
        const { code } = error as { code?: string };
        if (code === 'ENOENT' || code === 'ENOTEMPTY' || code === 'EEXIST') return;
        throw error;
      }
      await place.directory.sync();
    });
  }

  async origin(path: string): Promise<FileOrigin> {
    const digests = this.#written.of(path);
    const facts = await this.facts(path);
    if (facts === undefined) return 'absent';
    if (digests.length === 0) return 'unknown';
    const content = facts.kind === 'file' ? await this.read(path) : undefined;
    return content !== undefined && digests.includes(digestOf(content)) ? 'ours' : 'edited';
  }

  async adopt(path: string): Promise<void> {
    const content = await this.read(path);
    await this.#written.set(path, content === undefined ? [] : [digestOf(content)]);
  }

  async backUp(path: string): Promise<FileBackup> {
    const digests = this.#written.of(path);
    const found = await this.#load(path, MAX_BYTES);
    if (found === undefined) return { copy: null, digests };
    try {
      return { copy: await this.#backups.save(path, found), digests };
    } catch (error) {
      throw toMachineError(error, `the backup of ${path}`);
    }
  }

  async restore(path: string, { copy, digests }: FileBackup): Promise<void> {
    await this.discard(path);
    if (copy === null) {
      await this.remove(path);
    } else {
      const { content, attributes } = await this.#backups.read(copy);
      const found = await this.#load(path, MAX_BYTES).catch(() => undefined);
      // A file that is already correct is not written, because a full disk has no room for it.
      const isThere = found?.content.equals(content) === true && found.attributes.mode === attributes.mode;
      if (!isThere) await this.write(path, content, attributes);
    }
    const recorded = this.#written.of(path);
    if (JSON.stringify(recorded) !== JSON.stringify(digests)) await this.#written.set(path, digests);
  }

  async #load(path: string, maxBytes: number) {
    return this.#places.find(path, async (place) => {
      const content = await readRegular(place.path, maxBytes, path, this.#owner);
      if (content === undefined) return undefined;
      const stats = statOf(place.path);
      const attributes = { owner: stats?.uid ?? 0, group: stats?.gid ?? 0, mode: (stats?.mode ?? 0) & 0o777 };
      return { content, attributes };
    });
  }

  /** The previous version counts as ours while it exists, because this process may be killed before the rename. */
  async #recordAlso(path: string, digest: string): Promise<void> {
    const before = this.#written.of(path);
    const present = before.length > 1 ? await this.read(path).catch(() => undefined) : undefined;
    const kept =
      present === undefined ? before.slice(0, 1) : before.filter((one) => one === digestOf(present));
    await this.#written.set(path, [digest, ...kept.filter((one) => one !== digest)]);
  }

  async #isDirectory(path: string, { owner, group, mode }: FileAttributes): Promise<boolean> {
    const stats = statOf(path);
    if (stats?.isDirectory() !== true || (stats.mode & 0o7777) !== mode) return false;
    if (!this.#setsOwners) return true;
    return (
      stats.uid === (await this.#idOf('user', owner)) && stats.gid === (await this.#idOf('group', group))
    );
  }

  async #setAttributes(file: Descriptor, { owner, group, mode }: FileAttributes): Promise<void> {
    if (this.#setsOwners) file.setOwner(await this.#idOf('user', owner), await this.#idOf('group', group));
    file.setMode(mode);
  }

  async #idOf(kind: 'user' | 'group', who: string | number | undefined): Promise<number> {
    const key = `${kind} ${who}`;
    const id = this.#ids.get(key) ?? (await idOf(kind, who));
    this.#ids.set(key, id);
    return id;
  }
}

/** The same name each time, so that killed processes leave at most one file. Short, because file names can be long. */
function stagedName(path: string): string {
  return `.whmapi1-${digestOf(Buffer.from(path)).slice(0, 16)}`;
}

function removeIfThere(path: string): void {
  if (statOf(path) === undefined) return;
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error;
  }
}

/** `name` is the path for error messages. Returns undefined if the file does not exist. */
async function readRegular(
  path: string,
  maxBytes: number,
  name: string,
  owner?: number,
): Promise<Buffer | undefined> {
  const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
  if (statOf(path) === undefined) return undefined;
  try {
    // Without O_NONBLOCK, opening a pipe would wait for a writer.
    return await withOpen(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, async (file) => {
      const stats = file.stat();
      if (!stats.isFile()) throw new MachineError('failed', `“${name}” is not a regular file.`);
      if (owner !== undefined && stats.uid !== owner) {
        throw new MachineError('failed', `“${name}” belongs to another user, so it is not read.`);
      }
      if (stats.size > maxBytes) throw tooLarge(name, maxBytes);
      const content = await file.read(stats.size);
      if (content.length > maxBytes) throw tooLarge(name, maxBytes);
      return content;
    });
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function digestOfFile(path: string, name: string): Promise<string | undefined> {
  const content = await readRegular(path, MAX_BYTES, name);
  return content && digestOf(content);
}

function alreadyThere(path: string): MachineError {
  return new MachineError('exists', `“${path}” already exists.`);
}

function tooLarge(name: string, maxBytes: number): MachineError {
  return new MachineError('failed', `“${name}” is larger than ${maxBytes} bytes.`);
}
