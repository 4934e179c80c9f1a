// The server's own certificate and its key: one PEM file in the state directory.
import { closeSync, constants, readFileSync } from 'node:fs';
import { storeFirst } from './first-file.ts';
import type { StateDirectory } from './state-directory.ts';
import { unavailable } from './unavailable.ts';

const FILE = 'server.pem';

/** Returns undefined if there is no certificate yet. @throws ApiError `store_insecure`, `store_unavailable`. */
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

/** Keeps a certificate that another process created a moment ago. `draft` is a name that no other process uses. */
export function storeCertificate(directory: StateDirectory, pem: string, draft: string): void {
  storeFirst(directory, FILE, pem, draft);
}
