// Records about users of the machine: a small JSON file for each user, in a private folder.
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isThere } from './crontabs.ts';

export class PrivateRecords<Value> {
  readonly #folder: string;
  readonly #suffix: string;

  /** `suffix` separates kinds of records in one folder. It contains a character that no username contains. */
  constructor(folder: string, suffix = '') {
    this.#folder = folder;
    this.#suffix = suffix;
  }

  /** Returns undefined if the record does not exist. */
  async read(name: string): Promise<Value | undefined> {
    if (!(await isThere(this.#file(name)))) return undefined;
    try {
      return JSON.parse(await readFile(this.#file(name), 'utf8')) as Value;
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Once this returns, a power cut doesn't lose the record. */
  async write(name: string, value: Value): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const draft = `${this.#file(name)}.new`;
    const file = await open(draft, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify(value));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, this.#file(name));
    const folder = await open(this.#folder, 'r');
    await folder.sync().finally(() => folder.close());
  }

  async remove(name: string): Promise<void> {
    if (await isThere(this.#file(name))) await rm(this.#file(name), { force: true });
  }

  async rename(from: string, to: string): Promise<void> {
    try {
      await rename(this.#file(from), this.#file(to));
    } catch (error) {
      if ((error as { code?: string }).code !== 'ENOENT') throw error;
    }
  }

  #file(name: string): string {
    return join(this.#folder, `${name}${this.#suffix}`);
  }
}
