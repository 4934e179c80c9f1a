// `whmapi1 help NAME`, `uapi help MODULE`, `cpapi2 help MODULE`: shows the manual page of this installation, even if
// man(1) would find another one.
import type { AccountProgram } from '../core/account-programs.ts';
import { installedFile } from './installation.ts';
import type { Io } from './io.ts';

/**
 * Shows the page of the program, or of a function, a family or a module of it.
 * @returns false if there is no such page, or no program to show it with.
 */
export function openManual(
  program: 'whmapi1' | AccountProgram['name'],
  words: readonly string[],
  io: Io,
): boolean {
  const page = words.length === 0 ? `${program}.1` : `${program}-${words.join('-')}.7`;
  // Prevents a name from leading to another directory.
  if (!/^[\w.-]+$/.test(page)) return false;
  // npm installs the pages in the package. The Debian package installs them in the system's directory.
  const file =
    installedFile(`man/${page}`) ?? installedFile(`../../share/man/man${page.slice(-1)}/${page}.gz`);
  return file !== undefined && io.showManualPage?.(file) === true;
}
