// Makes a release: `npm run release -- 0.2.0`. What CHANGELOG.md has under “Unreleased” becomes the release’s section,
// package.json and package-lock.json get the version, and all of it is committed and tagged `v0.2.0`. Nothing is pushed.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const top = join(import.meta.dirname, '..');
const changelog = join(top, 'CHANGELOG.md');
const HEADING = '## [Unreleased]\n';
const [version = '', ...others] = process.argv.slice(2);

function run(program: string, ...words: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, words, { cwd: top, encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${stderr.trim()}`);
  return stdout;
}

/** Three numbers, as Semantic Versioning has them. Undefined for anything else. */
function numbersOf(text: string): readonly number[] | undefined {
  const found = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.exec(text);
  return found?.slice(1).map(Number);
}

function isHigher(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((number, index) => number !== other[index]);
  return at >= 0 && (one[at] ?? 0) > (other[at] ?? 0);
}

/** The changes since the last release. */
function unreleased(text: string): string {
  const begin = text.indexOf(HEADING);
  if (begin < 0) return '';
  const rest = text.slice(begin + HEADING.length);
  const end = rest.search(/^## /m);
  return (end < 0 ? rest : rest.slice(0, end)).trim();
}

function findProblem(present: string): string | undefined {
  const wanted = numbersOf(version);
  if (wanted === undefined || others.length > 0) return 'Usage: npm run release -- VERSION, such as 0.2.0';
  if (!isHigher(wanted, numbersOf(present) ?? [])) return `${version} is not higher than ${present}.`;
  if (run('git', 'status', '--porcelain') !== '') return 'Commit your changes first.';
  if (run('git', 'tag', '--list', `v${version}`) !== '') return `The tag v${version} exists.`;
  if (unreleased(readFileSync(changelog, 'utf8')) === '')
    return 'CHANGELOG.md has nothing under “[Unreleased]”.';
  return undefined;
}

const { version: present } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')) as {
  readonly version: string;
};
const problem = findProblem(present);
if (problem === undefined) {
  const date = new Date().toISOString().slice(0, 10);
  const text = readFileSync(changelog, 'utf8');
  writeFileSync(changelog, text.replace(HEADING, `${HEADING}\n## [${version}] - ${date}\n`));
  run('npm', 'version', version, '--no-git-tag-version', '--ignore-scripts');
  run('git', 'commit', '--quiet', '--all', '--message', `Release ${version}`);
  run('git', 'tag', '--annotate', `v${version}`, '--message', `whmapi1 ${version}`);
  console.log(`Released ${version} in this clone. Next:
  npm run build && npm run deb    builds the package
  git push --follow-tags          publishes the commit and its tag`);
} else {
  console.error(problem);
  process.exitCode = 1;
}
