// The native program that counts files (`src/file-count/file-count.c`) against find(1) and du(1), with real files.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import type { MachineUsage } from '../../src/core/machine.ts';
import { countByFind } from '../../src/machine/linux/count-by-find.ts';
import { countFiles, countFolder, useFileCounter } from '../../src/machine/linux/count-files.ts';
import { run, type Run } from '../../src/machine/linux/run.ts';
import { compileWithChecks } from '../support/checked-program.ts';
import { freshFolder } from '../support/command.ts';

const here = freshFolder();
let program: string;
let home: string;
beforeEach(() => {
  program = join(here.path, 'file-count');
  compileWithChecks('src/file-count/file-count.c', program);
  useFileCounter(program);
  home = join(here.path, 'home');
  mkdirSync(home);
});

/** The names of the tools that were run, without those that `nice` runs. */
let tools: string[] = [];
const noting: Run = (tool, words, options) => {
  tools.push(tool);
  return run(tool, words, options);
};
type Way = (
  run: Run,
  folders: readonly string[],
  counted: (at: number, usage: MachineUsage) => void,
) => Promise<void>;
const collected = async (way: Way, folders: readonly string[]): Promise<(MachineUsage | undefined)[]> => {
  tools = [];
  const usages = folders.map((): MachineUsage | undefined => undefined);
  await way(noting, folders, (at, usage) => {
    expect(usages[at]).toBeUndefined();
    usages[at] = usage;
  });
  return usages;
};
/** Counts natively, without find(1). */
const counted = async (folders: readonly string[]) => {
  const usages = await collected(countFiles, folders);
  expect(tools).toEqual([program]);
  return usages;
};
const asDu = (folder: string): MachineUsage => {
  const read = (...words: string[]) =>
    Number.parseInt(execFileSync('du', ['-s', ...words, folder]).toString());
  return { blocks: read('-k'), inodes: read('--inodes') };
};
const ask = (words: readonly string[], input: string | Buffer) => {
  const { status, stdout, stderr } = spawnSync(program, words, { input, encoding: 'utf8' });
  return { status, stderr, lines: stdout.split('\n').slice(0, -1).sort() };
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
    else if (what === 'sparse') execFileSync('truncate', ['--size=1M', (last = path)]);
    else if (what === 'link to /usr') symlinkSync('/usr', (last = path));
    else if (last !== '' && what === 'link to the last') symlinkSync(last, path);
    else if (last !== '') linkSync(last, path);
  }
}

test('counts as find(1) and du(1), whatever the homes have', async () => {
  const lists = fc.array(fc.array(step, { maxLength: 40 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(lists, async (planted) => {
      const homes = planted.map((one, at) => {
        plant(join(home, String(at)), one);
        return join(home, String(at));
      });
      try {
        const usages = await counted(homes);
        expect(usages).toEqual(homes.map(asDu));
        expect(usages).toEqual(await collected(countByFind, homes));
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
  // More names than are read at once, and more inodes than the first table of them has places for.
  for (let at = 0; at < 3000; at++) {
    writeFileSync(join(first, `a file with a long name ${at}`), 'x');
    if (at % 3 === 0) linkSync(join(first, `a file with a long name ${at}`), join(first, `second ${at}`));
  }
  expect(await counted(homes)).toEqual(homes.map(asDu));
});

test('no home, a file, and what a link leads to have no usage', async () => {
  writeFileSync(join(home, 'file'), 'x');
  mkdirSync(join(home, 'bob'));
  symlinkSync('bob', join(home, 'link'));
  const [nothing, file, link, bob, none] = await counted(
    ['nobody', 'file', 'link', 'bob', 'bob/file'].map((name) => join(home, name)),
  );
  expect([nothing, file, link, none]).toEqual(Array(4).fill({ blocks: 0, inodes: 0 }));
  expect(bob).toEqual(asDu(join(home, 'bob')));
  expect(await collected(countFiles, [])).toEqual([]);
  expect(tools).toEqual([]);
});

test('a home with more levels than the program follows is left to find(1), and no other one', async () => {
  const nest = (name: string, levels: number) => {
    const script = 'chdir $ARGV[0]; for (1 .. $ARGV[1]) { mkdir "x" and chdir "x" or die $! }';
    mkdirSync(join(home, name));
    execFileSync('perl', ['-e', script, join(home, name), String(levels)]);
    return join(home, name);
  };
  const [flat, deep, deeper] = [nest('flat', 200), nest('deep', 201), nest('deeper', 3000)];
  expect(ask(['2'], `${flat}\0${deep}\0${deeper}\0`).lines).toEqual([
    expect.stringMatching(/^0\t\d+\t201$/),
    '1',
    '2',
  ]);
  expect((await collected(countFiles, [deeper, flat, deep])).map((usage) => usage?.inodes)).toEqual([
    3001, 201, 202,
  ]);
  expect(tools).toContain('nice');
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
    for (let round = 0; round < 50; round++) {
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

test.each([
  ['no number of processes', [], 'x\0'],
  ['no process', ['0'], 'x\0'],
  ['a number with more behind it', ['2x'], 'x\0'],
  ['two numbers', ['1', '1'], 'x\0'],
  ['no folder', ['1'], ''],
  ['a folder without an end', ['1'], '/home/bob\0/home/carl'],
])('the program fails for %s', (_what, words, input) => {
  expect(ask(words, input)).toEqual({ status: 1, stderr: '', lines: [] });
});

test('more processes than homes: each home once', () => {
  expect(ask(['1000'], `${home}\0${home}/none\0`)).toMatchObject({
    status: 0,
    lines: [expect.stringMatching(/^0\t\d+\t1$/), '1\t0\t0'],
  });
});

test('find(1) counts what is missing if the program fails, and all if there is none', async () => {
  const homes = ['bob', 'carl'].map((name) => join(home, name));
  for (const one of homes) mkdirSync(join(one, 'sub'), { recursive: true });
  const usages = homes.map(asDu);
  const usage = usages[0]?.blocks ?? NaN;
  for (const script of [
    'exit 1',
    'kill -9 $$',
    `echo "1\t${usage * 2}\t2"; echo; echo "7\t1\t1"; echo 0; exit 1`,
  ]) {
    writeFileSync(program, `#!/bin/sh\n${script}\n`);
    expect(await collected(countFiles, homes)).toEqual(usages);
    expect(tools).toEqual([program, 'nice']);
  }
  writeFileSync(program, 'not a program of this machine');
  expect(await collected(countFiles, homes)).toEqual(usages);
  useFileCounter(join(here.path, 'missing'));
  expect(await collected(countFiles, homes)).toEqual(usages);
  expect(tools).toEqual(['nice']);
});

test('a folder that may not be read counts itself, as for find(1)', async () => {
  const bob = join(home, 'bob');
  mkdirSync(join(bob, 'open'), { recursive: true });
  mkdirSync(join(bob, 'closed/inside'), { recursive: true });
  execFileSync('chmod', ['000', join(bob, 'closed')]);
  execFileSync('chmod', ['755', here.path, home]);
  const as = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
  const asUser: Run = (tool, words, options) =>
    run(tool, words, as === undefined ? options : { ...options, as });
  // As du: the folder itself counts.
  expect((await countFolder(asUser, bob)).inodes).toBe(3);
  execFileSync('chmod', ['755', join(bob, 'closed')]);
  renameSync(join(bob, 'closed/inside'), join(bob, 'inside'));
  expect(readdirSync(bob)).toHaveLength(3);
  expect((await countFolder(asUser, bob)).inodes).toBe(4);
});
