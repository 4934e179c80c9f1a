// A test program that many processes run, bundled as one file: Node starts it in a third of the time that tsx takes.
import { buildSync } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const top = resolve(__dirname, '../..');
const sqlite = require.resolve('@photostructure/sqlite');
const loader = resolve(__dirname, 'cached-script.cjs');
/** Names the folder of what the test files of a run have built. */
const FOLDER = 'WHMAPI1_TEST_SCRIPTS';

/** Before the tests of a run. @returns the folder, to be removed after them. */
export function makeScriptFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'whmapi1-scripts-'));
  // A process of another user might run them.
  chmodSync(folder, 0o755);
  process.env[FOLDER] = folder;
  return folder;
}

/**
 * Built before the tests of the first file of a run that calls this at its top.
 * @param source its path from the project’s top.
 * @param firstRun the arguments of a first run, which leaves the code that V8 compiled. The next runs need half of the
 *   processor time to start. The source cannot wait at its top level then.
 */
export function builtScript(
  source: string,
  firstRun?: (folder: string) => readonly string[],
): { readonly path: string } {
  const all = process.env[FOLDER] ?? '';
  const folder = join(all, source.replaceAll('/', '-'));
  beforeAll(() => {
    if (existsSync(folder)) return;
    const draft = mkdtempSync(join(all, 'draft-'));
    chmodSync(draft, 0o755);
    build(source, draft, firstRun);
    try {
      renameSync(draft, folder);
    } catch (error) {
      // Another worker of Jest was faster.
      if (!existsSync(folder)) throw error;
      rmSync(draft, { recursive: true });
    }
  });
  return { path: join(folder, scriptName(firstRun !== undefined)) };
}

const scriptName = (isCached: boolean) => (isCached ? 'script.cjs' : 'script.mjs');

function build(source: string, folder: string, firstRun?: (folder: string) => readonly string[]): void {
  const isCached = firstRun !== undefined;
  const path = join(folder, scriptName(isCached));
  buildSync({
    absWorkingDir: top,
    entryPoints: [source],
    outfile: isCached ? join(folder, 'bundle.cjs') : path,
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
  writeFileSync(path, `require(${JSON.stringify(loader)})(__dirname);\n`);
  const { status, stderr } = spawnSync(process.execPath, [path, ...firstRun(folder)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The first run failed: ${stderr}`);
}
