// The file of the addresses that were added to a sandbox. It is small, so it is read synchronously.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Link } from '../addresses/list.ts';

/** Below the sandbox’s root. */
export const ADDED_FOLDER = '/var/lib/whmapi1';
export const ADDED_FILE = `${ADDED_FOLDER}/addresses.json`;

/** Returns only the IPv4 addresses. */
export function readSandboxAddresses(root: string): string[] {
  let text: string;
  try {
    text = readFileSync(join(root, ADDED_FILE), 'utf8');
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return [];
    throw error;
  }
  return (JSON.parse(text) as Link[])
    .flatMap(({ addr_info = [] }) => addr_info)
    .flatMap(({ family, local }) => (family === 'inet' && local !== undefined ? [local] : []));
}
