// Root runs the program only from a tree that no other user can change.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const top = resolve(__dirname, '../..');
const ofRoot = process.getuid?.() === 0 ? describe : describe.skip;

ofRoot('as root (only root can create files of others)', () => {
  let folder: string;
  let tree: string;

  beforeEach(() => {
    if (!existsSync(join(top, 'dist/loader.cjs')))
      throw new Error('There is no dist/: run `npm run build` first.');
    folder = mkdtempSync(join(tmpdir(), 'whmapi1-tree-'));
    tree = join(folder, 'people/whmapi1');
    mkdirSync(tree, { recursive: true, mode: 0o755 });
    for (const name of ['bin', 'dist']) cpSync(join(top, name), join(tree, name), { recursive: true });
    symlinkSync(join(top, 'node_modules'), join(tree, 'node_modules'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = (program: string, words: readonly string[], extra: NodeJS.ProcessEnv = {}) =>
    spawnSync(join(tree, 'bin', program), words, {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, WHMAPI1_STATE_DIR: join(folder, 'state'), ...extra },
    });

  test.each(['whmapi1', 'whmapi1d'])('%s runs from a tree of root', (program) => {
    expect(run(program, ['--version'])).toMatchObject({ status: 0, stderr: '' });
  });

  test.each([
    ['a user', 'the user with the ID 1234', () => chownSync(join(folder, 'people'), 1234, 0)],
    [
      'a user, as a file',
      'the user with the ID 1234',
      () => chownSync(join(tree, 'dist/loader.cjs'), 1234, 0),
    ],
    ['everybody', 'every user', () => chmodSync(join(tree, 'dist'), 0o777)],
    [
      'a group of people',
      'the group with the ID 1234',
      () => {
        chownSync(tree, 0, 1234);
        chmodSync(tree, 0o775);
      },
    ],
  ])('neither program runs from a tree that %s can change', (_who, named, change) => {
    change();
    for (const program of ['whmapi1', 'whmapi1d']) {
      const { status, stdout, stderr } = run(program, ['--version']);
      expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
      expect(stderr).toMatch(/^whmapi1d?: Root cannot run this program, because /);
      expect(stderr).toContain(`${named} can change ${folder}/people`);
      expect(stderr).toContain('npm install --global "$(npm pack --silent)"');
    }
    expect(existsSync(join(folder, 'state'))).toBe(false);
    expect(run('whmapi1', ['--version'], { WHMAPI1_TRUST_PROGRAM: '1' })).toMatchObject({ status: 0 });
  });

  test('the root of a user namespace is not root: it has only the rights of the user who made it', () => {
    for (const path of [join(folder, 'people'), folder]) chownSync(path, 1234, 1234);
    const words = ['--user', '--map-root-user', join(tree, 'bin/whmapi1'), '--version'];
    const { status } = spawnSync('setpriv', [
      '--reuid=1234',
      '--regid=1234',
      '--clear-groups',
      'unshare',
      ...words,
    ]);
    expect(status).toBe(0);
  });

  test('a system group, such as staff, is trusted', () => {
    chownSync(tree, 0, 50);
    chmodSync(tree, 0o2775);
    expect(run('whmapi1', ['--version'])).toMatchObject({ status: 0 });
  });
});
