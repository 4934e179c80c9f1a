// What this program wrote last to each file, as a digest: so that a change by somebody else is noticed.
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

export function digestOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

interface Row {
  /** For people who look into the folder. */
  readonly path: string;
  readonly digests: readonly string[];
}

export class WrittenDigests {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The last version, then the one before it, which is still there if the last write was interrupted. */
  async of(path: string): Promise<readonly string[]> {
    try {
      return (JSON.parse(await readFile(this.#file(path), 'utf8')) as Row).digests;
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return [];
      throw error;
    }
  }

  /** Once this returns, a power cut does not lose it. An empty list removes it. */
  async set(path: string, digests: readonly string[]): Promise<void> {
    if (digests.length === 0) return rm(this.#file(path), { force: true });
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    // Two processes that write different files never share this name.
    const draft = `${this.#file(path)}.new`;
    const file = await open(draft, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify({ path, digests } satisfies Row));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, this.#file(path));
    const folder = await open(this.#folder, 'r');
    await folder.sync().finally(() => folder.close());
  }

  #file(path: string): string {
    return join(this.#folder, digestOf(Buffer.from(path)).slice(0, 32));
  }
}
