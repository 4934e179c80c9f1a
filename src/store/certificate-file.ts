// The server's own certificate and its key: one PEM file in the state directory.
import {
  closeSync,
  constants,
  fsyncSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { storeFirst } from './first-file.ts';
import type { StateDirectory } from './state-directory.ts';
import { unavailable } from './unavailable.ts';

const FILE = 'server.pem';
/** The certificate before the last one that replaced it. */
const FORMER = 'server.pem.former';

export class CertificateFile {
  readonly #directory: StateDirectory;
  readonly #newDraft: () => string;

  /** @param newDraft returns a name that no other process uses. */
  constructor(directory: StateDirectory, newDraft: () => string) {
    this.#directory = directory;
    this.#newDraft = newDraft;
  }

  /** Undefined if there is no certificate yet. @throws ApiError `store_insecure`, `store_unavailable`. */
  read(): string | undefined {
    return this.#read(FILE);
  }

  readFormer(): string | undefined {
    return this.#read(FORMER);
  }

  storeFirst(pem: string): void {
    storeFirst(this.#directory, FILE, pem, this.#newDraft());
  }

  remove(): void {
    this.#change(() => rmSync(this.#path(FILE), { force: true }));
  }

  /** A power cut leaves either the present certificate or the next one. */
  replace(pem: string): void {
    const draft = `${FILE}.${this.#newDraft()}`;
    this.#change(() => {
      rmSync(this.#path(FORMER), { force: true });
      linkSync(this.#path(FILE), this.#path(FORMER));
      const { O_WRONLY, O_CREAT, O_EXCL } = constants;
      const descriptor = this.#directory.open(draft, O_WRONLY | O_CREAT | O_EXCL);
      try {
        writeSync(descriptor, pem);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      renameSync(this.#path(draft), this.#path(FILE));
    });
  }

  restoreFormer(): void {
    this.#change(() => renameSync(this.#path(FORMER), this.#path(FILE)));
  }

  #change(work: () => void): void {
    try {
      work();
      this.#directory.sync();
    } catch (error) {
      throw unavailable(error, this.#path(FILE));
    }
  }

  #read(name: string): string | undefined {
    try {
      const descriptor = this.#directory.open(name, constants.O_RDONLY | constants.O_NOFOLLOW);
      try {
        return readFileSync(descriptor, 'utf8');
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return undefined;
      throw unavailable(error, this.#path(name));
    }
  }

  #path(name: string): string {
    return this.#directory.file(name);
  }
}
