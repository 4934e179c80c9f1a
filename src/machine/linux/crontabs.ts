// The users' crontabs in the directory of the cron daemon. A disabled crontab stays there under a name with a dot. No
// cron runs it: Debian's cron and cronie skip such files.
import { lstatSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

export class Crontabs {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** A crontab that was added after the suspension replaces the disabled one. */
  async disable(name: string): Promise<void> {
    await move(this.#active(name), this.#disabled(name));
  }

  async enable(name: string): Promise<void> {
    if (await isThere(this.#active(name))) await rm(this.#disabled(name), { force: true });
    else await move(this.#disabled(name), this.#active(name));
  }

  async rename(from: string, to: string): Promise<void> {
    await move(this.#active(from), this.#active(to));
    await move(this.#disabled(from), this.#disabled(to));
  }

  /** The present crontab, or else the disabled one. Empty if there is none. */
  async read(name: string): Promise<string> {
    return (await readIfThere(this.#active(name))) ?? (await readIfThere(this.#disabled(name))) ?? '';
  }

  async remove(name: string): Promise<void> {
    for (const path of [this.#active(name), this.#disabled(name)])
      if (await isThere(path)) await rm(path, { force: true });
  }

  #active(name: string): string {
    return join(this.#folder, name);
  }

  #disabled(name: string): string {
    return join(this.#folder, `.${name}.suspended`);
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  return (await isThere(path)) ? readFile(path, 'utf8') : undefined;
}

/** Does nothing if the file does not exist, or if the server has no cron. */
async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error;
  }
}

/**
 * A symbolic link exists even if its target does not: it is not followed. Synchronous, because the thread pool, and an error
 * if nothing is there, take ten times as long.
 */
export async function isThere(path: string): Promise<boolean> {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
