// Replaces the key of this server with the key in a backup, after the store was replaced.
import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { ApiError } from '../core/errors.ts';
import { KEY_FILE, RESTORING_KEY_FILE } from './sealer-file.ts';
import { idOf } from './sealer.ts';
import type { StateDirectory } from './state-directory.ts';

/**
 * `prepare` is called before the store is replaced, `finish` after it. If the process ends in between, the next call
 * that needs the key completes the change (`sealer.ts`), because the restored secrets name the key that decrypts them.
 */
export class KeyRestore {
  readonly #directory: StateDirectory;
  readonly #key: Uint8Array | undefined;
  readonly #keptFile: string;

  /** `key` is undefined if the backup contains none. The present key then stays. */
  constructor(directory: StateDirectory, key: Uint8Array | undefined, stamp: string) {
    this.#directory = directory;
    this.#key = key;
    this.#keptFile = directory.file(`${KEY_FILE}.before-restore-${stamp}`);
  }

  /** @throws ApiError `bad_param` if there is another key here. */
  assertNotReplaced(): void {
    if (this.#key === undefined || !this.#hasOther()) return;
    throw new ApiError(
      'bad_param',
      `“${this.#directory.file(KEY_FILE)}” differs from the key in the backup. Add --force to replace it. The present key is kept under another name.`,
    );
  }

  prepare(): void {
    if (this.#key === undefined || this.#isHere()) return;
    const path = this.#directory.file(RESTORING_KEY_FILE);
    rmSync(path, { force: true });
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    const descriptor = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      writeSync(descriptor, this.#key);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    if (this.#hasOther()) linkSync(this.#directory.file(KEY_FILE), this.#keptFile);
    this.#directory.sync();
  }

  finish(): void {
    if (this.#key === undefined || this.#isHere()) return;
    renameSync(this.#directory.file(RESTORING_KEY_FILE), this.#directory.file(KEY_FILE));
    this.#directory.sync();
  }

  /** The file that contains the earlier key, if there was one. */
  kept(): string[] {
    return existsSync(this.#keptFile) ? [this.#keptFile] : [];
  }

  #isHere(): boolean {
    return this.#key !== undefined && isSameKey(this.#directory, idOf(this.#key).toString('hex'));
  }

  #hasOther(): boolean {
    return existsSync(this.#directory.file(KEY_FILE)) && !this.#isHere();
  }
}

/** True if the key in the state directory has this ID. */
export function isSameKey(directory: StateDirectory, id: string): boolean {
  const path = directory.file(KEY_FILE);
  return existsSync(path) && idOf(readFileSync(path)).toString('hex') === id;
}
