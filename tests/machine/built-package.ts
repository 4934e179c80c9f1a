// Debian packages of this tree, and the folder of a run.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names a folder that exists during the run: `global-setup.ts` and `global-teardown.ts`. */
const FOLDER = 'WHMAPI1_TEST_PACKAGES';

export function makePackageFolder(): void {
  process.env[FOLDER] = mkdtempSync(join(tmpdir(), 'whmapi1-packages-'));
}

export function removePackageFolder(): void {
  const folder = process.env[FOLDER];
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

/** A path in that folder. */
export function runFile(name: string): string {
  return join(process.env[FOLDER] ?? '', name);
}

/** Set: `dist/` is already built from this tree. `.ci/run` sets it, because `npm ci` has built it. */
const IS_BUILT = 'WHMAPI1_TEST_IS_BUILT';

/** Builds the program and its package when the first suite of a run needs it. @returns the path of the package. */
export function builtPackage(): string {
  const folder = runFile('first');
  mkdirSync(folder, { recursive: true });
  const [file] = readdirSync(folder);
  if (file !== undefined) return join(folder, file);
  if (process.env[IS_BUILT] === undefined) execFileSync('npm', ['run', '--silent', 'build']);
  return build(folder, []);
}

/**
 * Packs the built program, after `builtPackage`.
 * @param folder the package gets its own folder below it.
 * @param options of `scripts/deb.ts`.
 * @returns the path of the package.
 */
export function buildPackage(folder: string, ...options: readonly string[]): string {
  return build(mkdtempSync(join(folder, 'built-')), options);
}

function build(output: string, options: readonly string[]): string {
  const words = ['--import', 'tsx', 'scripts/deb.ts', '--output', output, ...options];
  // xz's fastest level: the tests do not need a small package.
  const env = { ...process.env, DPKG_DEB_COMPRESSOR_LEVEL: '1' };
  return execFileSync(process.execPath, words, { encoding: 'utf8', env }).trim();
}
