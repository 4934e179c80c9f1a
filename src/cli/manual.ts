// `whmapi1 help NAME`: shows the manual page of this installation, even if man(1) would find another one.
import { installedFile } from './installation.ts';
import type { Io } from './io.ts';

/**
 * Shows the page of the program, or of a function or family.
 * @returns false if there is no such page, or no program to show it with.
 */
export function openManual(words: readonly string[], io: Io): boolean {
  const page = words.length === 0 ? 'whmapi1.1' : `whmapi1-${words.join('-')}.7`;
  // Prevents a name from leading to another directory.
  if (!/^[\w.-]+$/.test(page)) return false;
  // npm installs the pages in the package. The Debian package installs them in the system's directory.
  const file =
    installedFile(`man/${page}`) ?? installedFile(`../../share/man/man${page.slice(-1)}/${page}.gz`);
  return file !== undefined && io.showManualPage?.(file) === true;
}
