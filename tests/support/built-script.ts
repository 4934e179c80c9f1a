// A test program that many processes run, bundled as one file: Node starts it in a third of the time that tsx takes.
import { buildSync } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const top = resolve(__dirname, '../..');
const sqlite = require.resolve('@photostructure/sqlite');
const loader = resolve(__dirname, 'cached-script.cjs');

/**
 * Built before the tests of the file that calls this at its top, and removed after them.
 * @param source its path from the project’s top.
 * @param firstRun the arguments of a first run, which leaves the code that V8 compiled. The next runs need half of the
 *   processor time to start. The source cannot wait at its top level then.
 */
export function builtScript(
  source: string,
  firstRun?: (folder: string) => readonly string[],
): { readonly path: string } {
  let folder = '';
  const path = () => join(folder, firstRun === undefined ? 'script.mjs' : 'script.cjs');
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'whmapi1-script-'));
    // A process of another user might run it.
    chmodSync(folder, 0o755);
    const isCached = firstRun !== undefined;
    buildSync({
      absWorkingDir: top,
      entryPoints: [source],
      outfile: isCached ? join(folder, 'bundle.cjs') : path(),
      bundle: true,
      platform: 'node',
      format: isCached ? 'cjs' : 'esm',
      charset: 'ascii',
      alias: { '@photostructure/sqlite': sqlite },
      external: [sqlite],
      ...(isCached && {
        // As require: a script without a module of its own has no import().
        supported: { 'dynamic-import': false },
      }),
      ...(!isCached && {
        // Bundled packages load Node’s modules in this way.
        banner: {
          js: `import { createRequire } from 'node:module'; const require = createRequire(${JSON.stringify(sqlite)});`,
        },
      }),
      logLevel: 'warning',
    });
    if (!isCached) return;
    writeFileSync(path(), `require(${JSON.stringify(loader)})(__dirname);\n`);
    const { status, stderr } = spawnSync(process.execPath, [path(), ...firstRun(folder)], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`The first run failed: ${stderr}`);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    get path() {
      return path();
    },
  };
}
