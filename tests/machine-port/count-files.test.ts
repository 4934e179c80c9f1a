// Disk usage of homes, against du(1), with real files.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import type { MachineUsage } from '../../src/core/machine.ts';
import { countFiles, countFolder } from '../../src/machine/linux/count-files.ts';
import { run, type Run } from '../../src/machine/linux/run.ts';
import { freshFolder } from '../support/command.ts';

const here = freshFolder();
let home: string;
beforeEach(() => {
  home = join(here.path, 'home');
  mkdirSync(home);
});

const counted = async (folders: readonly string[]): Promise<(MachineUsage | undefined)[]> => {
  const usages = folders.map((): MachineUsage | undefined => undefined);
  await countFiles(run, folders, (at, usage) => {
    expect(usages[at]).toBeUndefined();
    usages[at] = usage;
  });
  return usages;
};
/** What du(1) says of each folder by itself, which would count a file of several folders once. */
const asDu = (folders: readonly string[]): MachineUsage[] => {
  const script = 'for one; do du -sk "$one"; du -s --inodes "$one"; done | cut -f 1';
  const numbers = execFileSync('sh', ['-c', script, 'sh', ...folders], { encoding: 'utf8' })
    .split('\n')
    .map(Number);
  return folders.map((_folder, at) => ({ blocks: numbers[2 * at] ?? 0, inodes: numbers[2 * at + 1] ?? 0 }));
};

/** A step in planting a home: a file of this size, or what the text says. */
const step = fc.oneof(
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 20_000 }) },
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      ...([
        'down',
        'up',
        'link to the last',
        'second name of the last',
        'link to /usr',
        'fifo',
        'sparse',
      ] as const),
    ),
  },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

function plant(home: string, steps: readonly Step[]): void {
  mkdirSync(home);
  let [folder, last] = [home, ''];
  for (const [at, what] of steps.entries()) {
    const path = join(folder, `a\t${at}\nö`);
    if (what === 'up') {
      if (folder !== home) folder = dirname(folder);
    } else if (what === 'down') mkdirSync((folder = path));
    else if (typeof what === 'number') writeFileSync((last = path), Buffer.alloc(what, 1));
    else if (what === 'fifo') execFileSync('mkfifo', [(last = path)]);
    else if (what === 'sparse') {
      writeFileSync((last = path), '');
      truncateSync(path, 2 ** 20);
    } else if (what === 'link to /usr') symlinkSync('/usr', (last = path));
    else if (last !== '' && what === 'link to the last') symlinkSync(last, path);
    else if (last !== '') linkSync(last, path);
  }
}

test('counts as du(1), whatever the homes have', async () => {
  const lists = fc.array(fc.array(step, { maxLength: 40 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(lists, async (planted) => {
      const homes = planted.map((one, at) => {
        plant(join(home, String(at)), one);
        return join(home, String(at));
      });
      try {
        expect(await counted(homes)).toEqual(asDu(homes));
      } finally {
        for (const one of homes) rmSync(one, { recursive: true });
      }
    }),
    { numRuns: 30 },
  );
});

test('many homes and many files: each home once, and files with several names once in each home', async () => {
  const homes = Array.from({ length: 700 }, (_, at) => join(home, `user${at}`));
  for (const [at, one] of homes.entries()) {
    mkdirSync(one);
    writeFileSync(join(one, 'own'), 'x'.repeat(at * 10));
    linkSync(join(one, 'own'), join(one, 'own too'));
    if (at > 0) linkSync(join(homes[0] ?? '', 'own'), join(one, 'shared'));
  }
  const [first = ''] = homes;
  for (let at = 0; at < 3000; at++) {
    writeFileSync(join(first, `a file with a long name ${at}`), 'x');
    if (at % 3 === 0) linkSync(join(first, `a file with a long name ${at}`), join(first, `second ${at}`));
  }
  expect(await counted(homes)).toEqual(asDu(homes));
});

test('no home, a file, and what a link leads to have no usage', async () => {
  writeFileSync(join(home, 'file'), 'x');
  mkdirSync(join(home, 'bob'));
  symlinkSync('bob', join(home, 'link'));
  const [nothing, file, link, bob, none] = await counted(
    ['nobody', 'file', 'link', 'bob', 'bob/file'].map((name) => join(home, name)),
  );
  expect([nothing, file, link, none]).toEqual(Array(4).fill({ blocks: 0, inodes: 0 }));
  expect([bob]).toEqual(asDu([join(home, 'bob')]));
  expect(await counted([])).toEqual([]);
});

test('a home with thousands of levels', async () => {
  const script = 'chdir $ARGV[0]; for (1 .. 3000) { mkdir "x" and chdir "x" or die $! }';
  execFileSync('perl', ['-e', script, home]);
  expect((await counted([home]))[0]?.inodes).toBe(3001);
  // Node’s own removal follows no path that is so long.
  execFileSync('rm', ['-rf', home]);
});

test('files that come, go and move while it counts are no failure', async () => {
  const bob = join(home, 'bob');
  for (let at = 0; at < 40; at++) mkdirSync(join(bob, String(at), 'below'), { recursive: true });
  const script = `cd "$1" && while [ ! -e ../stop ]; do for each in 1 2 3 4 5 6 7 8; do
    touch "$each/file"; mv "$each" "x$each"; ln -s / "$each"; rm "$each" "x$each/file"; mv "x$each" "$each"; done; done`;
  const changing = spawn('sh', ['-c', script, 'sh', bob], { stdio: 'ignore' });
  try {
    for (let round = 0; round < 20; round++) {
      const [usage] = await counted([bob]);
      // The home, the folders that do not move, and at most twice as much as there is.
      expect(usage?.inodes).toBeGreaterThanOrEqual(1 + 2 * 32);
      expect(usage?.inodes).toBeLessThanOrEqual(2 * (1 + 2 * 40) + 16);
    }
  } finally {
    const end = once(changing, 'exit');
    writeFileSync(join(home, 'stop'), '');
    await end;
  }
});

test('a folder that may not be read counts itself, as for du(1)', async () => {
  const bob = join(home, 'bob');
  mkdirSync(join(bob, 'open'), { recursive: true });
  mkdirSync(join(bob, 'closed/inside'), { recursive: true });
  execFileSync('chmod', ['000', join(bob, 'closed')]);
  execFileSync('chmod', ['755', here.path, home]);
  const as = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
  const asUser: Run = (tool, words, options) =>
    run(tool, words, as === undefined ? options : { ...options, as });
  expect((await countFolder(asUser, bob)).inodes).toBe(3);
  execFileSync('chmod', ['755', join(bob, 'closed')]);
  renameSync(join(bob, 'closed/inside'), join(bob, 'inside'));
  expect(readdirSync(bob)).toHaveLength(3);
  expect((await countFolder(asUser, bob)).inodes).toBe(4);
});
