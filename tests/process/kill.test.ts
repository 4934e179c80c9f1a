// SIGKILL at any moment of a write: acknowledged changes are stored, and the store is intact.
import { join } from 'node:path';
import fc from 'fast-check';
import { createApplication, root } from '../../src/app/app.ts';
import { dispatch } from '../../src/core/dispatch.ts';
import { freshFolder, parallel, readAnswer, start, storeSecret } from '../support/command.ts';
import type { Options, Result } from '../support/command.ts';
import { auditLog, integrityOf, issuerOf, modesIn } from './state.ts';

/** Each run kills at other moments; `SEED=… jest kill` repeats the moments of a run. */
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const AT_ONCE = 4;
/** `npm run soak` kills three times as often. */
const isSoak = process.env.WHMAPI1_SOAK !== undefined;
/** The number of attempts in each chain, and how many of all must end in either way. */
const ATTEMPTS = isSoak ? 12 : 4;
const ENOUGH = isSoak ? 8 : 4;
/**
 * A test that always kills too early, or never, would prove nothing. It continues with other moments, up to this
 * number.
 */
const MAX_ATTEMPTS = 200;
const FIRST_CALLS = isSoak ? 12 : 4;

const here = freshFolder();
let typical = 0;
beforeEach(async () => {
  typical = await usualDuration(join(here.path, 'measured'));
});

it(`keeps every acknowledged write, whenever processes are killed (seed ${seed})`, async () => {
  const { state } = here;
  const chains = [
    new Chain(
      (value) => ({ argv: ['twofactorauth_set_issuer', `issuer=${value}`], options: { state } }),
      async () => issuerOf(state) ?? '',
    ),
    ...['bob', 'eve', 'joe'].map(
      (user) =>
        new Chain(
          (value) => writeOf(user, value, state),
          () => secretOf(user, state),
        ),
    ),
  ];
  const isEnough = () =>
    [
      chains.flatMap((one) => one.acknowledged).length,
      chains.reduce((sum, one) => sum + one.killed, 0),
    ].every((count) => count >= ENOUGH);
  await storeSecret('sam', 'WJ73QJSKZBXCIFPZ', { state });
  await parallel(chains, AT_ONCE, async (chain, at) => {
    for (const [number, fraction] of moments(MAX_ATTEMPTS, at).entries()) {
      if (number >= ATTEMPTS && isEnough()) break;
      await chain.attempt(secretNumber(at * MAX_ATTEMPTS + number), typical * (0.25 + fraction));
    }
  });

  expect(chains.flatMap(({ faults }) => faults)).toEqual([]);
  expect(integrityOf(state)).toBe('ok');
  expect(await secretOf('sam', state)).toBe('WJ73QJSKZBXCIFPZ');
  expectWholeLog(state, chains[0]?.acknowledged ?? []);
  expect((await storeSecret('sam', 'MFRGGZDFMZTWQ2LK', { state })).status).toBe(0);
  expect(isEnough()).toBe(true);
});

it(`continues if the very first call was killed (seed ${seed})`, async () => {
  const after = await parallel(moments(FIRST_CALLS, 99), AT_ONCE, async (fraction, at) => {
    const state = join(here.path, `first-${at}`);
    const { argv, options } = writeOf('bob', 'WJ73QJSKZBXCIFPZ', state);
    // Only the program itself keeps its files private here.
    const through = ['sh', '-c', 'umask 000; exec "$0" "$@"'];
    await killAfter(typical * (0.25 + fraction), argv, { ...options, through });
    const { status, stderr } = await storeSecret('eve', 'MFRGGZDFMZTWQ2LK', { state });
    const open = Object.entries(modesIn(state)).filter(([, mode]) => mode !== '600');
    return { status, stderr, eve: await secretOf('eve', state), sound: integrityOf(state), open };
  });
  expect(after).toEqual(
    Array.from({ length: FIRST_CALLS }, () => ({
      status: 0,
      stderr: '',
      eve: 'MFRGGZDFMZTWQ2LK',
      sound: 'ok',
      open: [],
    })),
  );
});

interface Write {
  readonly argv: readonly string[];
  readonly options: Options;
}

/** Writes one value after the other, each of which may be interrupted. */
class Chain {
  readonly acknowledged: string[] = [];
  readonly faults: string[] = [];
  killed = 0;
  readonly #write: (value: string) => Write;
  readonly #read: () => Promise<string>;
  /** The last acknowledged one, and the interrupted ones since. */
  #possible = [''];

  constructor(write: (value: string) => Write, read: () => Promise<string>) {
    this.#write = write;
    this.#read = read;
  }

  async attempt(value: string, delay: number): Promise<void> {
    const { argv, options } = this.#write(value);
    const result = await killAfter(delay, argv, options);
    // As many succeed as are killed, even if the machine becomes faster or slower.
    typical *= result.signal === null ? 0.93 : 1.07;
    const isAcknowledged = readAnswer(result.stdout)?.metadata.result === 1;
    const found = await this.#read();
    // If a write is interrupted between the end of SQLite’s log and its index, nobody sees it at first. Everybody sees
    // it once the
    // index is rebuilt. So it may appear late, but not after a write that was acknowledged.
    this.#possible = isAcknowledged ? [value] : [...this.#possible, value];
    if (!this.#possible.includes(found)) {
      const possible = this.#possible.join(', ');
      this.faults.push(`After ${value} (killed at ${delay} ms): ${found}; it should be one of ${possible}.`);
    }
    if (result.signal === null && result.status !== 0) {
      this.faults.push(`${value} failed: ${result.stdout}${result.stderr}`);
    }
    if (isAcknowledged) this.acknowledged.push(value);
    else this.killed += 1;
  }
}

function writeOf(user: string, secret: string, state: string): Write {
  const input = JSON.stringify({ [user]: { primary_account: { secret } } });
  return { argv: ['--input=json', 'twofactorauth_set_tfa_config_for_user'], options: { state, input } };
}

async function killAfter(delay: number, argv: readonly string[], options: Options): Promise<Result> {
  const { child, done } = start(['--output=json', ...argv], options);
  const timer = setTimeout(() => child.kill('SIGKILL'), delay);
  const result = await done;
  clearTimeout(timer);
  return result;
}

/** What is stored for a user, read by the program’s own code within this process, which is faster than starting one. */
async function secretOf(user: string, state: string): Promise<string> {
  const command = 'twofactorauth_get_tfa_config_for_user';
  const application = createApplication({ WHMAPI1_STATE_DIR: state });
  try {
    const args = [{ name: 'user', value: user }];
    const { data } = await dispatch({ command, args, dryRun: false }, root, application.engine);
    return (
      (data?.[user] as { primary_account?: { secret: string } } | undefined)?.primary_account?.secret ?? ''
    );
  } finally {
    application.close();
  }
}

/** How long a write takes if it is not killed and as many run at once. */
async function usualDuration(state: string): Promise<number> {
  const began = Date.now();
  const rounds = 2;
  await parallel(Array.from({ length: AT_ONCE * rounds }), AT_ONCE, () =>
    storeSecret('bob', 'WJ73QJSKZBXCIFPZ', { state }),
  );
  return (Date.now() - began) / rounds;
}

/** Moments from 0 to 1, evenly spread in random order. */
function moments(count: number, chain: number): number[] {
  const permille = fc.noBias(fc.integer({ min: 0, max: 1000 }));
  return fc.sample(permille, { numRuns: count, seed: seed + chain }).map((number) => number / 1000);
}

function secretNumber(number: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return `WJ73QJSKZBXCIF${alphabet.charAt(number >> 5)}${alphabet.charAt(number % 32)}`;
}

/** The log contains every acknowledged change. A line that was cut off is on a separate line. */
function expectWholeLog(state: string, issuers: readonly string[]): void {
  const { lines, cut } = auditLog(state);
  const named = lines
    .filter((line) => line.function === 'twofactorauth_set_issuer' && line.result === 1)
    .map((line) => line.arguments[0]?.[1]);
  expect(named).toEqual(expect.arrayContaining([...issuers]));
  for (const text of cut) expect(text).toMatch(/^\{"time":"[^{}]*$/);
}
