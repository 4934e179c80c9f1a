// What a suspended user's account was like before, so that it can be so again: a file for each in a folder of its own.
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostUser } from '../../core/host.ts';

export interface Before {
  readonly isLocked: boolean;
  /** As in the shadow file: days since 1970-01-01, or empty. */
  readonly expiry: string;
}

export class Suspensions {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** undefined as well for what a removed user of the same name left. */
  async recall({ name, uid }: HostUser): Promise<Before | undefined> {
    try {
      const kept = JSON.parse(await readFile(this.#file(name), 'utf8')) as Before & { uid: number };
      return kept.uid === uid ? { isLocked: kept.isLocked, expiry: kept.expiry } : undefined;
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Once this returns, a power cut doesn't take it. */
  async remember({ name, uid }: HostUser, before: Before): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const draft = this.#file(`${name}.new`);
    const file = await open(draft, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify({ uid, ...before }));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, this.#file(name));
    const folder = await open(this.#folder, 'r');
    await folder.sync().finally(() => folder.close());
  }

  async forget(name: string): Promise<void> {
    await rm(this.#file(name), { force: true });
  }

  async rename(from: string, to: string): Promise<void> {
    try {
      await rename(this.#file(from), this.#file(to));
    } catch (error) {
      if ((error as { code?: string }).code !== 'ENOENT') throw error;
    }
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }
}
