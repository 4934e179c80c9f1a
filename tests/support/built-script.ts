// A test program that many processes run, bundled as one file: Node starts it in a third of the time that tsx takes.
import { buildSync } from 'esbuild';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const top = resolve(__dirname, '../..');
const sqlite = require.resolve('better-sqlite3');

/**
 * Built before the tests of the file that calls this at its top, and removed after them.
 * @param source its path from the project’s top.
 */
export function builtScript(source: string): { readonly path: string } {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'whmapi1-script-'));
    // A process of another user might run it.
    chmodSync(folder, 0o755);
    buildSync({
      absWorkingDir: top,
      entryPoints: [source],
      outfile: join(folder, 'script.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      alias: { 'better-sqlite3': sqlite },
      external: [sqlite],
      // Bundled packages load Node’s modules in this way.
      banner: {
        js: `import { createRequire } from 'node:module'; const require = createRequire(${JSON.stringify(sqlite)});`,
      },
      logLevel: 'warning',
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    get path() {
      return join(folder, 'script.mjs');
    },
  };
}
