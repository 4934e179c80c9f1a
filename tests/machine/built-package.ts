// Debian packages of this tree, and the folder of what the suites of a run share.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Names a folder that exists during the run: `global-setup.ts` and `global-teardown.ts`. */
const FOLDER = 'WHMAPI1_TEST_PACKAGES';

export function makePackageFolder(): void {
  process.env[FOLDER] = mkdtempSync(join(tmpdir(), 'whmapi1-packages-'));
}

export function removePackageFolder(): void {
  const folder = process.env[FOLDER];
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

/**
 * What several suites of a run use, which the first of them makes.
 * @param make makes it at this path.
 * @returns its path.
 */
export async function madeOnce(name: string, make: (path: string) => Promise<void> | void): Promise<string> {
  const path = join(process.env[FOLDER] ?? '', name);
  const lock = `${path}.lock`;
  while (!existsSync(path)) {
    try {
      writeFileSync(lock, '', { flag: 'wx' });
    } catch {
      // Another worker of Jest makes it.
      await pause(200);
      continue;
    }
    const draft = `${path}.draft`;
    try {
      if (!existsSync(path)) {
        await make(draft);
        renameSync(draft, path);
      }
    } finally {
      rmSync(draft, { recursive: true, force: true });
      rmSync(lock);
    }
  }
  return path;
}

/** Set: `dist/` is already built from this tree. `.ci/run` sets it, because `npm ci` has built it. */
const IS_BUILT = 'WHMAPI1_TEST_IS_BUILT';

/** Builds the program and its package when the first suite of a run needs it. @returns the path of the package. */
export async function builtPackage(): Promise<string> {
  const folder = await madeOnce('first', (draft) => {
    if (process.env[IS_BUILT] === undefined) execFileSync('npm', ['run', '--silent', 'build']);
    mkdirSync(draft);
    build(draft, []);
  });
  return join(folder, readdirSync(folder)[0] ?? '');
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

/** Packs whmapi1-cpanel-paths. @returns the path of the package. */
export function buildCompanion(folder: string): string {
  const words = ['--import', 'tsx', 'scripts/cpanel-paths-deb.ts', '--output', folder];
  return execFileSync(process.execPath, words, { encoding: 'utf8' }).trim();
}

function build(output: string, options: readonly string[]): string {
  const words = ['--import', 'tsx', 'scripts/deb.ts', '--output', output, ...options];
  // xz's fastest level: the tests do not need a small package.
  const env = { ...process.env, DPKG_DEB_COMPRESSOR_LEVEL: '1' };
  return execFileSync(process.execPath, words, { encoding: 'utf8', env }).trim();
}
