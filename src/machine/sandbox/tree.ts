// The folder that is the sandbox's root directory. Nothing outside it is accessible: no symbolic link is followed.
import { constants, lstatSync } from 'node:fs';
import { chmod, mkdir, open, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MachineError } from '../../core/machine-error.ts';
import { withLock } from '../linux/lock.ts';

const LOCK = '/etc/.pwd.lock';

export class Tree {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Returns the real path of a path in the sandbox. The last part may be a link, which is not followed.
   * @throws MachineError `failed` if a part above it is a symbolic link.
   */
  locate(path: string): string {
    let place = this.#root;
    for (const part of ['', ...path.split('/').slice(1, -1)]) {
      place = join(place, part);
      if (lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
        throw new MachineError(
          'failed',
          `“${place}” is a symbolic link, which is not followed. Move it away.`,
        );
      }
    }
    return join(this.#root, path);
  }

  /** `locate` for many paths at the same time: a folder that several of them are in is checked once. */
  locateAll(paths: readonly string[]): string[] {
    const folders = new Map<string, string>();
    return paths.map((path) => {
      const folder = dirname(path);
      const known = folders.get(folder) ?? dirname(this.locate(path));
      folders.set(folder, known);
      return `${known}/${basename(path)}`;
    });
  }

  /** Creates the folder and its missing parents, accessible only to the owner. */
  async makeFolder(path: string): Promise<void> {
    await mkdir(dirname(this.locate(`${path}/x`)), { recursive: true, mode: 0o700 });
  }

  /** Returns undefined if the file does not exist. */
  async read(path: string): Promise<string | undefined> {
    return (await this.readBytes(path))?.toString('utf8');
  }

  /** Returns the first line that begins with this text; undefined if there is none. Only that line is decoded. */
  async findLine(path: string, beginning: string): Promise<string | undefined> {
    const bytes = await this.readBytes(path);
    if (bytes === undefined) return undefined;
    const isFirst = bytes.toString('utf8', 0, Buffer.byteLength(beginning)) === beginning;
    const start = isFirst ? 0 : bytes.indexOf(`\n${beginning}`) + 1;
    if (start === 0 && !isFirst) return undefined;
    const end = bytes.indexOf('\n', start);
    return bytes.toString('utf8', start, end < 0 ? bytes.length : end);
  }

  /** Returns undefined if the file does not exist. */
  async readBytes(path: string): Promise<Buffer | undefined> {
    try {
      const file = await open(this.locate(path), constants.O_RDONLY | constants.O_NOFOLLOW);
      try {
        // Read in one piece, because a file is only replaced, and never written in place.
        const bytes = Buffer.alloc((await file.stat()).size);
        await file.read(bytes, 0, bytes.length, 0);
        return bytes;
      } finally {
        await file.close();
      }
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** The file is replaced completely or not at all, even in a power cut. */
  async replace(path: string, content: string | Uint8Array, mode: number): Promise<void> {
    const place = this.locate(path);
    // Always the same name, so that killed processes leave at most one draft. The lock prevents two writers.
    const draft = `${place}.new`;
    const { O_CREAT, O_NOFOLLOW, O_TRUNC, O_WRONLY } = constants;
    const file = await open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(draft, mode);
    await rename(draft, place);
    const folder = await open(dirname(place), 'r');
    await folder.sync().finally(() => folder.close());
  }

  /** Does the work while no other process changes this sandbox. */
  async withLock<T>(work: () => Promise<T>): Promise<T> {
    await this.makeFolder('/etc');
    return withLock(this.locate(LOCK), work);
  }
}
