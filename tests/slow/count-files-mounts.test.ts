// Disk usage in a home with mounts: real file systems, in a mount namespace of their own.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { countFolder } from '../../src/machine/linux/count-files.ts';
import { run, type Run } from '../../src/machine/linux/run.ts';
import { PrivateMount } from '../process/private-mount.ts';
import { freshFolder } from '../support/command.ts';

const here = freshFolder();
let folder: string;
let disk: PrivateMount;
beforeEach(async () => {
  folder = join(here.path, 'disk');
  mkdirSync(folder);
  disk = await PrivateMount.at(folder, '4m');
});
afterEach(() => disk.close());

/** Starts tools where the file systems are mounted. */
const within: Run = (tool, words, options) => {
  const [nsenter, ...where] = disk.through;
  return run(nsenter, [...where, tool, ...words], options);
};
const shell = async (script: string) =>
  (await within('sh', ['-euc', `cd "$1"\n${script}`, 'sh', folder])).stdout;
const count = (name: string) => countFolder(within, join(folder, name));

describe('a home with mounts', () => {
  test('overlayfs: files of lower layers count, although their device is not that of their directory', async () => {
    const devices = await shell(`
    mkdir -p low/bob/sub other home
    mount -t tmpfs tmpfs other
    mkdir other/up other/work
    head -c 102400 /dev/zero >low/bob/sub/low
    echo x >low/bob/one
    ln low/bob/one low/bob/two
    mount -t overlay -o lowerdir=low,upperdir=other/up,workdir=other/work,xino=off overlay home
    head -c 8192 /dev/zero >home/bob/new
    stat -c %d home/bob home/bob/sub/low home/bob/new`);
    // Otherwise this test would show nothing.
    expect(new Set(devices.trim().split('\n')).size).toBeGreaterThan(1);
    // Two directories, “low”, “new”, and a file with two names.
    expect(await count('home/bob')).toEqual({ blocks: 100 + 8 + 4, inodes: 5 });
  });

  test('what is mounted inside a home does not count: neither a directory nor a file', async () => {
    await shell(`
    mkdir -p home/bob/mounted elsewhere
    head -c 4096 /dev/zero >home/bob/own
    mount -t tmpfs tmpfs home/bob/mounted
    head -c 102400 /dev/zero >home/bob/mounted/foreign
    mount -t tmpfs tmpfs elsewhere
    head -c 102400 /dev/zero >elsewhere/file
    touch home/bob/file
    mount --bind elsewhere/file home/bob/file`);
    // The home and “own”.
    expect(await count('home/bob')).toEqual({ blocks: 4, inodes: 2 });
  });
});
