// What the bundle needs of packages that is not as they are published.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

export function trimmed(top: string): Plugin {
  return {
    name: 'trimmed',
    setup(build) {
      // The package searches for its addon; it is beside the program (`scripts/build/addons.ts`).
      build.onResolve({ filter: /^@photostructure\/sqlite$/ }, () => ({
        path: join(top, 'src/store/addon.cjs'),
      }));
      // The ES modules of zxcvbn: of the CommonJS ones, which esbuild prefers, every part would be bundled, dictionaries and all.
      build.onResolve({ filter: /^@zxcvbn-ts\/(core|language-common)$/ }, ({ path }) => ({
        path: join(top, 'node_modules', path, 'dist/index.mjs'),
        sideEffects: false,
      }));
      // thirty-two calls `new Buffer`, which prints a deprecation warning once it is bundled.
      build.onLoad({ filter: /thirty-two\/.*\.js$/ }, ({ path }) => ({
        contents: `${readFileSync(path, 'utf8').replaceAll('new Buffer(', 'bufferOf(')}
          function bufferOf(x) { return typeof x === 'number' ? Buffer.alloc(x) : Buffer.from(x); }`,
      }));
    },
  };
}
