// The home directories of the sandbox.
import { lstatSync } from 'node:fs';
import { chmod, cp, mkdir, rename, symlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HOME_FOLDERS, HOME_LINKS, HOME_MODE } from '../../core/home-layout.ts';
import type { MachineUsage, NamedHome } from '../../core/machine.ts';
import { alreadyExists } from '../../core/machine-values.ts';
import { countTree } from '../count-tree.ts';
import { isThere } from '../linux/crontabs.ts';
import type { Table } from './tables.ts';
import type { Tree } from './tree.ts';
import { run } from '../linux/run.ts';

const SKELETON = '/etc/skel';

export class SandboxHomes {
  readonly #tree: Tree;

  constructor(tree: Tree) {
    this.#tree = tree;
  }

  /** Creates the home, with the skeleton's files and the folders of `home-layout.ts`. @returns its usage */
  async make(home: string, links: Readonly<Record<string, string>> = {}): Promise<MachineUsage> {
    await this.#tree.makeFolder('/home');
    const place = this.#tree.locate(home);
    await mkdir(place);
    const skeleton = this.#tree.locate(SKELETON);
    this.#tree.locate(`${SKELETON}/x`);
    if (await isThere(skeleton)) await cp(skeleton, place, { recursive: true, verbatimSymlinks: true });
    for (const [name, mode] of Object.entries(HOME_FOLDERS)) {
      const folder = join(place, name);
      if (await isThere(folder)) continue;
      await mkdir(folder);
      await chmod(folder, mode);
    }
    for (const [name, target] of Object.entries({ ...HOME_LINKS, ...links })) {
      if (!(await isThere(join(place, name)))) await symlink(target, join(place, name));
    }
    // After the copy, which sets the mode of the skeleton.
    await chmod(place, HOME_MODE);
    return countTree(place);
  }

  /** In a sandbox, no directory has another owner. */
  async kindOf(home: string): Promise<'own' | 'missing' | 'foreign'> {
    const stats = lstatSync(this.#tree.locate(home), { throwIfNoEntry: false });
    if (stats === undefined) return 'missing';
    return stats.isDirectory() ? 'own' : 'foreign';
  }

  async remove(home: string): Promise<void> {
    await removeTree(this.#tree.locate(home));
  }

  /**
   * Does nothing if the home was already moved.
   * @throws MachineError `exists` if the new home exists or has another owner
   */
  async move(passwd: Table, from: NamedHome, to: NamedHome): Promise<void> {
    if (from.home === to.home) return;
    const [source, target] = [this.#tree.locate(from.home), this.#tree.locate(to.home)];
    const isThereToMove = await isThere(source);
    const isOthers = passwd.isTaken(5, to.home, to.name);
    if (isOthers || (isThereToMove && (await isThere(target)))) throw alreadyExists(`“${to.home}”`);
    if (isThereToMove) await rename(source, target);
  }
}

// Removes a folder of the sandbox with everything in it.

/** A home can contain millions of files. */
const LIMIT_MS = 3_600_000;

/**
 * Does nothing if the path does not exist. A link is removed, not followed.
 * @throws MachineError `failed` with the message of rm(1).
 */
async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    // Node builds whole paths, which the kernel refuses above 4,096 bytes. rm(1) walks from folder to folder.
    if ((error as { code?: string }).code !== 'ENAMETOOLONG') throw error;
    await run('rm', ['--recursive', '--force', '--', path], { limitMs: LIMIT_MS });
  }
}
