// What functions read of the certificates on the machine.
import type { Machine } from '../../../core/machine.ts';
import { filesOf } from './files.ts';

/** Returns the private keys (PEM) in these files, by path. A file that is missing or has no key is left out. */
export async function readKeys(
  machine: Machine,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const files = await filesOf(machine);
  const keys = new Map<string, string>();
  for (const path of paths) {
    const text = (await files.readText(path)) ?? '';
    const [key] = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n/.exec(text) ?? [];
    if (key !== undefined) keys.set(path, key);
  }
  return keys;
}
