// Renames a function: `npm run rename -- old_name new_name`. Moves its module, renames it there and in the tests, and
// regenerates; tells where else the old name stands.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const top = join(import.meta.dirname, '..');
const [from = '', to = '', ...others] = process.argv.slice(2);

function list(folder: string): string[] {
  return readdirSync(join(top, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function moduleOf(name: string): string | undefined {
  return list('src/functions').find((path) => path.endsWith(`/${name}.ts`));
}

function findProblem(): string | undefined {
  if (to === '' || others.length > 0) return 'Usage: npm run rename -- OLD_NAME NEW_NAME';
  if (!/^[a-z_][a-z0-9_]*$/.test(to)) {
    return `“${to}” should be a function’s name: a to z, 0 to 9 and _, the first no digit.`;
  }
  if (moduleOf(from) === undefined) return `There is no function “${from}”.`;
  return moduleOf(to) === undefined ? undefined : `“${to}” exists.`;
}

/** Where the name is surely meant: a name without an underscore is also an everyday word. */
function mentions(name: string): RegExp {
  return name.includes('_') ? new RegExp(`\\b${name}\\b`, 'g') : new RegExp(`(?<=\\w\\(')${name}(?=')`, 'g');
}

function replaceIn(path: string, pattern: RegExp, replacement: string): void {
  const text = readFileSync(path, 'utf8');
  const replaced = text.replace(pattern, replacement);
  if (replaced !== text) writeFileSync(path, replaced);
}

const problem = findProblem();
const old = moduleOf(from);
if (problem === undefined && old !== undefined) {
  const path = old.replace(`${from}.ts`, `${to}.ts`);
  renameSync(old, path);
  replaceIn(path, new RegExp(`(?<=^  name: ')${from}(?=',$)`, 'm'), to);
  for (const test of list('tests')) replaceIn(test, mentions(from), to);
  const generator = ['--import', 'tsx', join(top, 'scripts/generate.ts')];
  process.exitCode = spawnSync(process.execPath, generator, { cwd: top, stdio: 'inherit' }).status ?? 1;
  const places = ['src', 'tests', 'scripts', 'docs', 'man', 'README.md', 'CHANGELOG.md'];
  const { stdout } = spawnSync('grep', ['-rlw', '--', from, ...places], { cwd: top, encoding: 'utf8' });
  console.log(`Renamed ${from} to ${to}.`);
  if (stdout !== '') console.log(`Look for the old name in:\n${stdout.trimEnd()}`);
} else {
  console.error(problem);
  process.exitCode = 1;
}
