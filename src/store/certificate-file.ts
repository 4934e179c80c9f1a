// The server's own certificate with its key, one PEM file in the state directory.
import { closeSync, constants, fsyncSync, linkSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import type { StateDirectory } from './state-directory.ts';
import { unavailable } from './unavailable.ts';

const FILE = 'server.pem';

/** undefined where none was made yet. @throws ApiError `store_insecure`, `store_unavailable`. */
export function readCertificate(directory: StateDirectory): string | undefined {
  try {
    const descriptor = directory.open(FILE, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return readFileSync(descriptor, 'utf8');
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw unavailable(error, directory.file(FILE));
  }
}

/** Whole or not at all; one that another process made a moment ago stays. `draft` is a name that nobody else uses. */
export function storeCertificate(directory: StateDirectory, pem: string, draft: string): void {
  const { O_WRONLY, O_CREAT, O_EXCL } = constants;
  const name = `${FILE}.${draft}`;
  try {
    const descriptor = directory.open(name, O_WRONLY | O_CREAT | O_EXCL);
    try {
      writeSync(descriptor, pem);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    try {
      linkSync(directory.file(name), directory.file(FILE));
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
    } finally {
      unlinkSync(directory.file(name));
    }
    directory.sync();
  } catch (error) {
    throw unavailable(error, directory.file(FILE));
  }
}
