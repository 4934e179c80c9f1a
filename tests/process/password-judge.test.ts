// The thread of the built server that rates passwords.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PasswordJudge } from '../../src/http/password-judge.ts';
import { strengthOf } from '../../src/ground/rules/passwords/strength.ts';

const built = resolve(__dirname, '../../dist/password-worker.cjs');
/** Digits and signs that can all be read as letters: the slowest kind. */
const slow = '4@8({[</369&#!176|0$5+7%2/'.repeat(3);
let folder: string;
let judge: PasswordJudge | undefined;

beforeAll(() => {
  if (!existsSync(built)) throw new Error('There is no dist/: run `npm run build` first.');
  folder = mkdtempSync(join(tmpdir(), 'whmapi1-judge-'));
});
afterEach(() => judge?.close());
afterAll(() => rmSync(folder, { recursive: true }));

function worker(name: string, code: string): string {
  const file = join(folder, name);
  writeFileSync(file, code);
  return file;
}

/** How many rounds the event loop made until then. */
async function roundsUntil(done: Promise<unknown>): Promise<number> {
  const over = done.then(() => true);
  const round = () => new Promise<false>((resume) => setImmediate(() => resume(false)));
  for (let rounds = 0; ; rounds += 1) if (await Promise.race([over, round()])) return rounds;
}

it('rates like the program itself, while the event loop continues', async () => {
  judge = new PasswordJudge(built);
  await judge.strengthOf('it has started', []);
  const judged = judge.strengthOf(slow, ['bob']);
  expect(await roundsUntil(judged)).toBeGreaterThan(3);
  expect(await judged).toBe(strengthOf(slow, ['bob']));
  expect(await judge.strengthOf('bob.example1', ['bob.example'])).toBe(
    strengthOf('bob.example1', ['bob.example']),
  );
});

it('rejects further requests if twenty wait', async () => {
  const one = (judge = new PasswordJudge(built));
  const all = await Promise.allSettled(Array.from({ length: 25 }, () => one.strengthOf('password', [])));
  const refused = all.filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(4);
  expect(refused[0]).toMatchObject({ reason: { code: 'busy' } });
});

it('gives up a password that takes too long, and continues with the next', async () => {
  const endless = worker(
    'endless.cjs',
    `const { parentPort } = require('node:worker_threads');
     parentPort.on('message', ({ candidate }) => {
       while (candidate === 'endless');
       parentPort.postMessage(50);
     });`,
  );
  // The time limit passes only for the first password. On a busy machine, the thread of the second needs time to start.
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  try {
    judge = new PasswordJudge(endless, 5000);
    const both = Promise.allSettled([judge.strengthOf('endless', []), judge.strengthOf('other', [])]);
    jest.advanceTimersByTime(4999);
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(1);
    const [first, second] = await both;
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'busy' } });
    expect(second).toEqual({ status: 'fulfilled', value: 50 });
  } finally {
    jest.useRealTimers();
  }
});

it('starts again after its thread has failed', async () => {
  const failing = worker(
    'failing.cjs',
    `const { parentPort } = require('node:worker_threads');
     parentPort.on('message', ({ candidate }) => {
       if (candidate === 'bad') throw new Error('it failed');
       parentPort.postMessage(50);
     });`,
  );
  judge = new PasswordJudge(failing);
  await expect(judge.strengthOf('bad', [])).rejects.toThrow('it failed');
  expect(await judge.strengthOf('good', [])).toBe(50);
});

it('ends its thread after a rest, and starts another one for the next password', async () => {
  const telling = worker(
    'telling.cjs',
    `const { parentPort, threadId } = require('node:worker_threads');
     parentPort.on('message', () => parentPort.postMessage(threadId));`,
  );
  const one = (judge = new PasswordJudge(telling, 5000, 20));
  const threads = new Set([await one.strengthOf('a', [])]);
  while (threads.size < 3) {
    await pause(40);
    threads.add(await one.strengthOf('a', []));
  }
});
