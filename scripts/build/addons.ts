// The addons that bind SQLite, each for one architecture, and for all versions of Node. Those for musl would make the npm
// package larger by a fifth.
import { copyFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';

const PACKAGE = 'node_modules/@photostructure/sqlite';

/** Copies them to the names by which `src/store/addon.cjs` loads them. */
export function copyAddons(top: string, folder: string): void {
  for (const architecture of ['x64', 'arm64']) {
    const file = `prebuilds/linux-${architecture}/@photostructure+sqlite.glibc.node`;
    copyFileSync(join(top, PACKAGE, file), join(folder, addonName(architecture)));
  }
}

export function addonName(architecture: string): string {
  return `sqlite-${architecture}.node`;
}

/** Files of the packages from which they are compiled. */
export function addonInputs(top: string): string[] {
  const { resolve } = createRequire(join(top, PACKAGE, 'package.json'));
  return [`${PACKAGE}/package.json`, relative(top, resolve('node-addon-api'))];
}
