// The Debian package of this tree, built for a suite.
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param folder a package gets a folder of its own below it.
 * @param options of `scripts/deb.ts`.
 * @returns the path of the package. The program must have been built: see `buildProgram`.
 */
export function buildPackage(folder: string, ...options: readonly string[]): string {
  const output = mkdtempSync(join(folder, 'built-'));
  const words = ['--import', 'tsx', 'scripts/deb.ts', '--output', output, ...options];
  return execFileSync(process.execPath, words, { encoding: 'utf8' }).trim();
}

export function buildProgram(): void {
  execFileSync('npm', ['run', '--silent', 'build']);
}
