// The native command with arbitrary bytes as what a server sends, arbitrary words and variables, and failing system
// calls (`native-command/fuzz.c`): no access outside its memory, no undefined behaviour, no call made twice, and the
// exit status that the bytes mean.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { itWith } from '../support/require-tool.ts';

const RUNS = 150_000;
const source = resolve(__dirname, 'native-command');

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'whmapi1-fuzz-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

itWith(['clang-19', 'libfuzzer'], 'the native command withstands a fuzzer', () => {
  const program = join(folder, 'fuzz');
  const defined = ['NODE', 'SCRIPT', 'BUILD'].map((name) => `-D${name}="${name.toLowerCase()}"`);
  // The command uapi does all that whmapi1 does, and chooses between two sockets.
  defined.push('-DNAME="uapi"');
  // So that lines and inputs that are too long are among those that it tries.
  defined.push('-DMAX_CONTENT=65536u');
  const built = spawnSync(
    'clang-19',
    [
      ...['-std=gnu11', '-g', '-O1', '-Wall', '-Wextra', '-Werror', ...defined],
      ...['-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=all'],
      ...['-o', program, join(source, 'fuzz.c')],
    ],
    { encoding: 'utf8' },
  );
  expect(built).toMatchObject({ status: 0, stderr: '' });
  // New inputs are added to the first folder.
  const [corpus, home] = [join(folder, 'corpus'), join(folder, 'home')];
  mkdirSync(home, { mode: 0o700 });
  cpSync(join(source, 'corpus'), corpus, { recursive: true });
  const { status, stderr } = spawnSync(
    program,
    [
      `-runs=${RUNS}`,
      `-seed=${process.env.SEED ?? 1}`,
      '-max_len=70000',
      `-artifact_prefix=${folder}/`,
      corpus,
    ],
    { encoding: 'utf8', maxBuffer: 2 ** 28, env: { ...process.env, WHMAPI1_FUZZ_HOME: home } },
  );
  const lines = stderr.trim().split('\n');
  expect({ status, last: status === 0 ? lines.at(-1) : lines.slice(-60).join('\n') }).toEqual({
    status: 0,
    last: expect.stringContaining(`Done ${RUNS} runs`) as string,
  });
});
