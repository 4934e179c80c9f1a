// `whmapi1 help NAME`: the manual page of the installation, whichever pages the system knows.
import { installedFile } from './installation.ts';
import type { Io } from './io.ts';

/**
 * Shows the page of the program, or of a function or family.
 * @returns false where there is no such page, or nothing to show it with.
 */
export function openManual(words: readonly string[], io: Io): boolean {
  const path = words.length === 0 ? 'man/whmapi1.1' : `man/whmapi1-${words.join('-')}.7`;
  // Nothing that leads to another folder.
  const file = /^[\w./-]+$/.test(path) && path.split('/').length === 2 ? installedFile(path) : undefined;
  return file !== undefined && io.showManualPage?.(file) === true;
}
