// Runs the tests that a change can break, the nearest first, for about a minute: `npm run test:changed [-- COMMIT]`. The change
// is what differs from COMMIT, or from the last commit. A test is near if few imports lie between it and a changed file.
// It says at the end how many tests that reach the change it has not run; `npm test` runs them all.
import { execFileSync, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

/** No test file is begun later. */
const BUDGET_MS = 45_000;
/** How many test files run together: Jest takes two seconds to start. */
const TOGETHER = 12;

const top = join(import.meta.dirname, '..');
const git = (...words: string[]) =>
  execFileSync('git', words, { cwd: top, encoding: 'utf8' }).split('\n').filter(Boolean);

const tests = execFileSync('node_modules/.bin/jest', ['--listTests'], { cwd: top, encoding: 'utf8' })
  .split('\n')
  .filter(Boolean)
  .map((path) => path.slice(top.length + 1));
const changed = [
  ...git('diff', '--name-only', process.argv[2] ?? 'HEAD'),
  ...git('ls-files', '--others', '--exclude-standard'),
];

/** The files that import each file. */
async function importers(): Promise<Map<string, string[]>> {
  const { metafile } = await build({
    absWorkingDir: top,
    stdin: { contents: tests.map((path) => `import './${path}';`).join('\n'), resolveDir: top },
    outdir: 'never-written',
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
    // Files that a test imports without bundling them.
    loader: { '.cjs': 'copy', '.sql': 'text', '.node': 'copy' },
  });
  const found = new Map<string, string[]>();
  for (const [path, { imports }] of Object.entries(metafile.inputs)) {
    for (const { path: imported } of imports) found.set(imported, [...(found.get(imported) ?? []), path]);
  }
  return found;
}

/** Those in the folders that mirror the changed ones, then breadth first. */
function nearestFirst(
  from: readonly string[],
  importersOf: ReadonlyMap<string, readonly string[]>,
): string[] {
  const seen = new Set(from);
  for (const path of seen) for (const importer of importersOf.get(path) ?? []) seen.add(importer);
  const mirrors = new Set(from.map((path) => dirname(path).replace(/^src/, 'tests')));
  const reached = [...seen].filter((path) => tests.includes(path));
  const isMirror = (path: string) => mirrors.has(dirname(path));
  return [...reached.filter(isMirror), ...reached.filter((path) => !isMirror(path))];
}

const began = Date.now();
const near = nearestFirst(changed, await importers());
let run = 0;
let status = 0;
while (run < near.length && Date.now() - began < BUDGET_MS) {
  const files = near.slice(run, run + TOGETHER);
  run += files.length;
  const jest = spawnSync('node_modules/.bin/jest', ['--runTestsByPath', ...files], {
    cwd: top,
    stdio: 'inherit',
  });
  if (jest.status !== 0) status = 1;
}
process.stdout.write(
  `${run} of ${near.length} test files that reach the change were run. Slower suites are not among them.\n`,
);
process.exit(status);
