// Homes of a Linux machine. A home is created elsewhere and then moved into place, so it is complete or does not exist.
import { chmodSync, lchownSync, lstatSync, mkdirSync, symlinkSync } from 'node:fs';
import { chmod, lstat, mkdir, rename, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { HOME_FOLDERS, HOME_LINKS, HOME_MODE } from '../../core/home-layout.ts';
import type { MachineUsage, MachineUser } from '../../core/machine.ts';
import { MachineError } from '../../core/machine-error.ts';
import { countTree } from '../count-tree.ts';
import { isThere } from './crontabs.ts';
import { mountPoints } from './mounts.ts';
import type { Run } from './run.ts';

/** A home can contain millions of files. */
const TREE_LIMIT_MS = 3_600_000;
const MAX_TRIES = 20;

/** What they lead to, by name. */
type Links = Readonly<Record<string, string>>;

export class Homes {
  readonly #run: Run;
  readonly #skeleton: string;

  constructor(run: Run, skeleton: string) {
    this.#run = run;
    this.#skeleton = skeleton;
  }

  /** True if the home belongs to the user: a folder, not a link, with this user ID. */
  async isOwn(home: string, uid: number): Promise<boolean> {
    if (!(await isThere(home))) return false;
    const stats = await lstat(home);
    return stats.isDirectory() && stats.uid === uid;
  }

  /**
   * Only root can enter the draft, so nobody can exchange its contents meanwhile. Returns the usage of the new home.
   * @param links besides those of `home-layout.ts`.
   */
  async make({ home, uid, gid }: MachineUser, links: Links = {}): Promise<MachineUsage> {
    await this.removeDraft(home);
    const draft = draftOf(home);
    await mkdir(draft, { mode: 0o700 });
    const place = join(draft, 'home');
    if (await isThere(this.#skeleton)) {
      await this.#run('cp', ['--archive', '--no-target-directory', '--', this.#skeleton, place], {
        limitMs: TREE_LIMIT_MS,
      });
    } else {
      await mkdir(place);
    }
    fill(place, { ...HOME_LINKS, ...links });
    const usage = await countTree(place, (path) => lchownSync(path, uid, gid));
    await chmod(place, HOME_MODE);
    await rename(place, home);
    await rmdir(draft);
    return usage;
  }

  /** Removes what an interrupted creation left behind. */
  async removeDraft(home: string): Promise<void> {
    const draft = draftOf(home);
    if (await isThere(draft)) await this.#removeTree(draft);
  }

  /**
   * Does nothing if the home is not the user's own folder.
   * @throws MachineError `failed`, before anything is removed, if a file system is mounted in it; or with the message
   * of rm(1).
   */
  async remove(home: string, uid: number): Promise<void> {
    if (!(await this.isOwn(home, uid))) return;
    const [mount] = await mountsWithin(home);
    if (mount !== undefined) {
      throw new MachineError(
        'failed',
        `Something is mounted at “${mount}”, so the home “${home}” is not removed. Unmount it (umount “${mount}”).`,
      );
    }
    // The parent folder belongs to root, so nobody can exchange the home. Now only root and the user can enter it.
    await chmod(home, 0o700);
    for (let tries = 1; ; tries++) {
      try {
        return await this.#removeTree(home);
      } catch (error) {
        const isRefilled = (error as Error).message.includes('Directory not empty');
        if (!isRefilled || tries === MAX_TRIES) throw error;
        await this.#takeFolders(home);
      }
    }
  }

  /**
   * A process that is already in a folder can still write there if everybody has write permission. It cannot once the
   * folder belongs to root alone. None of these tools follows links. The home itself keeps its owner, because `isOwn`
   * checks it.
   */
  async #takeFolders(home: string): Promise<void> {
    const limit = { limitMs: TREE_LIMIT_MS, accept: [0, 1] };
    const chown = ['chown', '--recursive', '--no-dereference', 'root:root', '--', '{}', '+'];
    await this.#run('find', [home, '-mindepth', '1', '-maxdepth', '1', '-exec', ...chown], limit);
    await this.#run('chmod', ['--recursive', 'go=', '--', home], limit);
  }

  /** GNU rm walks by descriptors, so no path is too long, and no link leads it elsewhere. */
  async #removeTree(path: string): Promise<void> {
    try {
      await this.#run('rm', ['--recursive', '--force', '--', path], { limitMs: TREE_LIMIT_MS });
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      const isHeld = error.message.includes('Operation not permitted');
      const advice = isHeld ? ' It may be immutable: lsattr shows it, and chattr -i changes it.' : '';
      throw new MachineError(error.code, `“${path}” could not be removed: ${error.message}.${advice}`, {
        cause: error,
      });
    }
  }
}

/** A home never has such a name, because it begins with a dot. */
function draftOf(home: string): string {
  return join(dirname(home), `.${basename(home)}.new`);
}

/** Keeps what the skeleton already contains. Synchronous, like `countTree`. */
function fill(place: string, links: Links): void {
  const isNew = (path: string) => lstatSync(path, { throwIfNoEntry: false }) === undefined;
  for (const [name, mode] of Object.entries(HOME_FOLDERS)) {
    const folder = join(place, name);
    if (!isNew(folder)) continue;
    mkdirSync(folder);
    chmodSync(folder, mode);
  }
  for (const [name, target] of Object.entries(links)) {
    if (isNew(join(place, name))) symlinkSync(target, join(place, name));
  }
}

/** The mount points at the folder and below it. */
async function mountsWithin(folder: string): Promise<string[]> {
  const points = await mountPoints();
  return points.filter((point) => point === folder || point.startsWith(`${folder}/`));
}
