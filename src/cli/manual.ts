// `whmapi1 help NAME`: the manual page of the installation, whichever pages the system knows.
import { installedFile } from './installation.ts';
import type { Io } from './io.ts';

/**
 * Shows the page of the program, or of a function or family.
 * @returns false where there is no such page, or nothing to show it with.
 */
export function openManual(words: readonly string[], io: Io): boolean {
  const page = words.length === 0 ? 'whmapi1.1' : `whmapi1-${words.join('-')}.7`;
  // A name cannot lead to another directory.
  if (!/^[\w.-]+$/.test(page)) return false;
  // npm installs the pages beside the program, the Debian package where the system has all pages.
  const file =
    installedFile(`man/${page}`) ?? installedFile(`../../share/man/man${page.slice(-1)}/${page}.gz`);
  return file !== undefined && io.showManualPage?.(file) === true;
}
