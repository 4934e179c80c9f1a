// The process that starts tools with arbitrary bytes as what the server sends, and failing system calls
// (`tool-starter/fuzz.c`): no access outside its memory, no undefined behaviour, no file that stays open, and no user that
// is changed before its groups.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { itWith } from '../support/require-tool.ts';

const RUNS = 150_000;
const NO_USER = 0xffffffff;

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'whmapi1-fuzz-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const number = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const text = (value: string) => Buffer.concat([number(value.length), Buffer.from(`${value}\0`)]);

function request(type: 'R' | 'K' | 'L' | 'U', id: number, ...rest: readonly Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from(type), number(id), ...rest]);
  return Buffer.concat([number(body.length), body]);
}

interface Tool {
  readonly lock?: number;
  readonly user?: number;
  /** The path of the input. */
  readonly path?: string;
  readonly secrets?: readonly string[];
}

function run(id: number, { lock = 0, user = NO_USER, path, secrets = [] }: Tool = {}): Buffer {
  const [words, variables] = [['cat', '-u'], ['LC_ALL=C']];
  const numbers = [
    lock,
    user,
    user,
    path === undefined ? 0 : 1,
    words.length,
    variables.length,
    secrets.length,
  ];
  const texts = [...words, ...variables, ...secrets, path ?? 'the input'];
  return request('R', id, ...numbers.map(number), ...texts.map(text));
}

/** What a server sends, with the choices of which system calls fail. */
const SEEDS: readonly (readonly Buffer[])[] = [
  [run(1)],
  [run(1, { user: 1000, path: '/etc/hosts', secrets: ['one', 'two'] }), request('K', 1), run(2)],
  [request('L', 1, text('/run/lock')), run(2, { lock: 1 }), request('U', 3, number(1)), run(4, { lock: 1 })],
];
const CHOICES = [
  [0, 0, 0, 0],
  [0, 0, 0x30, 0],
  [0x55, 0x55, 0x55, 0x55],
];

itWith(['clang-19', 'libfuzzer'], 'the process that starts tools withstands a fuzzer', () => {
  const program = join(folder, 'fuzz');
  const built = spawnSync(
    'clang-19',
    [
      ...['-std=gnu11', '-g', '-O1', '-Wall', '-Wextra', '-Werror'],
      ...['-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=all'],
      ...['-o', program, resolve(__dirname, 'tool-starter/fuzz.c')],
    ],
    { encoding: 'utf8' },
  );
  expect(built).toMatchObject({ status: 0, stderr: '' });
  const corpus = join(folder, 'corpus');
  mkdirSync(corpus);
  for (const [at, requests] of SEEDS.entries()) {
    for (const [which, choices] of CHOICES.entries())
      writeFileSync(join(corpus, `${at}-${which}`), Buffer.concat([Buffer.from(choices), ...requests]));
  }
  const { status, stderr } = spawnSync(
    program,
    [
      `-runs=${RUNS}`,
      `-seed=${process.env.SEED ?? 1}`,
      '-max_len=4096',
      `-artifact_prefix=${folder}/`,
      corpus,
    ],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  const lines = stderr.trim().split('\n');
  expect({ status, last: status === 0 ? lines.at(-1) : lines.slice(-60).join('\n') }).toEqual({
    status: 0,
    last: expect.stringContaining(`Done ${RUNS} runs`) as string,
  });
});
