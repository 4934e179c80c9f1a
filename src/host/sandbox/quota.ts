// Disk use in the sandbox. Nothing enforces a limit there, and this says so.
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { noUser, refuseForeign, refuseLimit, refuseName } from '../../core/host.ts';
import { HostError } from '../../core/host-error.ts';
import type { HostQuota, HostUser, HostUsers } from '../../core/host.ts';
import { Tree } from './tree.ts';
import { BASES } from './users.ts';

export class SandboxQuota implements HostQuota {
  readonly #tree: Tree;
  readonly #users: HostUsers;

  constructor(root: string, users: HostUsers) {
    this.#tree = new Tree(root);
    this.#users = users;
  }

  async isEnabled(): Promise<boolean> {
    return false;
  }

  async setLimit(name: string, mebibytes: number | null): Promise<void> {
    refuseLimit(mebibytes);
    await this.#get(name);
    throw new HostError('no_quota', 'The sandbox enforces no quota.');
  }

  async usage(name: string): Promise<{ blocks: number; inodes: number }> {
    const { home } = await this.#get(name);
    // A file of several names counts once, as du has it.
    const seen = new Map<string, number>();
    await count(this.#tree.locate(home), seen);
    const bytes = [...seen.values()].reduce((sum, size) => sum + size, 0);
    return { blocks: Math.ceil(bytes / 1024), inodes: seen.size };
  }

  async #get(name: string): Promise<HostUser> {
    refuseName(name);
    const user = await this.#users.find(name);
    if (user === undefined) throw noUser(name);
    refuseForeign(user, BASES);
    return user;
  }
}

/** What goes while this is under way doesn't count. */
async function count(path: string, seen: Map<string, number>): Promise<void> {
  try {
    const { dev, ino, blocks, isFolder } = await statsOf(path);
    seen.set(`${dev}:${ino}`, blocks * 512);
    if (!isFolder) return;
    for (const name of await readdir(path)) await count(join(path, name), seen);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error;
  }
}

async function statsOf(
  path: string,
): Promise<{ dev: number; ino: number; blocks: number; isFolder: boolean }> {
  const stats = await lstat(path);
  return { dev: stats.dev, ino: stats.ino, blocks: stats.blocks, isFolder: stats.isDirectory() };
}
