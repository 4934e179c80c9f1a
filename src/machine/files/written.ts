// What this program wrote last to each file, as a digest: so that a change by somebody else is noticed.
import { createHash } from 'node:crypto';
import { constants, lstatSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withOpen } from './descriptors.ts';

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
  of(path: string): readonly string[] {
    const file = this.#file(path);
    // Most often there is none, and an error takes long to make.
    if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return [];
    try {
      return (JSON.parse(readFileSync(file, 'utf8')) as Row).digests;
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return [];
      throw error;
    }
  }

  /** Once this returns, a power cut does not lose it. An empty list removes it. */
  async set(path: string, digests: readonly string[]): Promise<void> {
    if (digests.length === 0) return rmSync(this.#file(path), { force: true });
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    // Two processes that write different files never share this name.
    const draft = `${this.#file(path)}.new`;
    const { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } = constants;
    await withOpen(draft, O_WRONLY | O_CREAT | O_TRUNC, 0o600, async (file) => {
      await file.write(JSON.stringify({ path, digests } satisfies Row));
      await file.sync();
    });
    renameSync(draft, this.#file(path));
    await withOpen(this.#folder, O_RDONLY, 0, (folder) => folder.sync());
  }

  #file(path: string): string {
    return join(this.#folder, digestOf(Buffer.from(path)).slice(0, 32));
  }
}
