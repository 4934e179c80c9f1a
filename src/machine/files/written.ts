// Digests of what this program last wrote to each file. They show whether somebody else changed the file.
import { createHash } from 'node:crypto';
import { constants, lstatSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withOpen } from './descriptors.ts';

export function digestOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

interface Row {
  /** Not used by the program: for people who look into the folder. */
  readonly path: string;
  readonly digests: readonly string[];
}

export class WrittenDigests {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * The digests of the last version and of the one before it, which remains on disk if the last write fails halfway.
   */
  of(path: string): readonly string[] {
    const file = this.#file(path);
    // Usually the file does not exist, and creating an error is slow.
    if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return [];
    try {
      return (JSON.parse(readFileSync(file, 'utf8')) as Row).digests;
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return [];
      throw error;
    }
  }

  /** Once this returns, a power cut does not lose the digests. An empty list removes the file. */
  async set(path: string, digests: readonly string[]): Promise<void> {
    if (digests.length === 0) return rmSync(this.#file(path), { force: true });
    this.#makeFolder();
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

  /** Returns the path of the file whose lock keeps other processes from writing the file. */
  lock(path: string): string {
    this.#makeFolder();
    return `${this.#file(path)}.lock`;
  }

  #makeFolder(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
  }

  #file(path: string): string {
    return join(this.#folder, digestOf(Buffer.from(path)).slice(0, 32));
  }
}
