// `npm run release`, in a repository of its own.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const top = resolve(__dirname, '../..');
const CHANGELOG =
  '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Mail.\n\n## [0.1.0] - 2026-01-01\n\n- All.\n';
let copy: string;
const git = (...words: string[]) => {
  const who = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.com'];
  return execFileSync('git', [...who, ...words], { cwd: copy, encoding: 'utf8' });
};

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'whmapi1-release-'));
  mkdirSync(join(copy, 'scripts'));
  cpSync(join(top, 'scripts/release.ts'), join(copy, 'scripts/release.ts'));
  const own = { name: 'whmapi1', version: '0.1.0' };
  writeFileSync(join(copy, 'package.json'), JSON.stringify({ ...own, type: 'module' }));
  const lock = { ...own, lockfileVersion: 3, requires: true, packages: { '': own } };
  writeFileSync(join(copy, 'package-lock.json'), JSON.stringify(lock));
  writeFileSync(join(copy, 'CHANGELOG.md'), CHANGELOG);
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'First');
});
afterEach(() => {
  rmSync(copy, { recursive: true });
});

function release(...words: string[]) {
  const tsx = join(top, 'node_modules/tsx/dist/cli.mjs');
  const { status, stderr } = spawnSync(process.execPath, [tsx, join(copy, 'scripts/release.ts'), ...words], {
    cwd: copy,
    encoding: 'utf8',
    env: {
      ...process.env,
      ...{ GIT_AUTHOR_NAME: 'Ann', GIT_AUTHOR_EMAIL: 'ann@example.com' },
      ...{ GIT_COMMITTER_NAME: 'Ann', GIT_COMMITTER_EMAIL: 'ann@example.com' },
    },
  });
  return { status, stderr };
}
const read = (name: string) => readFileSync(join(copy, name), 'utf8');

it('writes the version and the section of the changelog, commits and tags', () => {
  expect(release('0.2.0')).toEqual({ status: 0, stderr: '' });
  const versions = ['package.json', 'package-lock.json'].map(
    (name) => (JSON.parse(read(name)) as { version: string }).version,
  );
  expect(versions).toEqual(['0.2.0', '0.2.0']);
  const today = new Date().toISOString().slice(0, 10);
  expect(read('CHANGELOG.md')).toBe(
    CHANGELOG.replace('## [Unreleased]\n', `## [Unreleased]\n\n## [0.2.0] - ${today}\n`),
  );
  expect(git('log', '--format=%s')).toBe('Release 0.2.0\nFirst\n');
  expect(git('tag', '--points-at', 'HEAD')).toBe('v0.2.0\n');
  expect(git('status', '--porcelain')).toBe('');
  // Nothing has changed since.
  expect(release('0.3.0')).toEqual({ status: 1, stderr: 'CHANGELOG.md has nothing under “[Unreleased]”.\n' });
});

it.each([
  [['0.1'], 'Usage: npm run release -- VERSION, such as 0.2.0\n'],
  [['0.2.0', 'now'], 'Usage: npm run release -- VERSION, such as 0.2.0\n'],
  [['0.1.0'], '0.1.0 is not higher than 0.1.0.\n'],
  [['0.0.9'], '0.0.9 is not higher than 0.1.0.\n'],
])('refuses %j', (words, stderr) => {
  expect(release(...words)).toEqual({ status: 1, stderr });
  expect(git('log', '--format=%s')).toBe('First\n');
});

it('refuses uncommitted changes, and a tag that exists', () => {
  git('tag', 'v0.2.0');
  expect(release('0.2.0').stderr).toBe('The tag v0.2.0 exists.\n');
  writeFileSync(join(copy, 'new'), '');
  expect(release('0.3.0').stderr).toBe('Commit your changes first.\n');
});
