// The real program as a child process. Its whole environment is given: nothing of the tester’s own environment is
// passed on. Without a state directory from the test it has none, so that /var/lib and the home directory are not
// changed.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Metadata } from '../../src/core/envelope.ts';
import type { Hash } from '../../src/core/values.ts';

export const program = resolve(__dirname, '../../bin/whmapi1');

/** No user can create a directory below a device, not even root. */
const NOWHERE = '/dev/null/whmapi1';

export interface Options {
  readonly state?: string | undefined;
  /** Standard input. Default: empty. */
  readonly input?: string | Uint8Array;
  /** Variables in addition to PATH, HOME and WHMAPI1_STATE_DIR, or instead of them; undefined removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** A command that gets the program and its arguments as further arguments, such as `sh -c '"$0" "$@" | head'`. */
  readonly through?: readonly string[];
  /** The user and group that the process runs as. */
  readonly user?: number | undefined;
  readonly cwd?: string;
}

export interface Result {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Answered extends Result {
  readonly metadata: Metadata;
  readonly data: Hash | undefined;
}

/** Starts the program. `done` never rejects because of what the program does. */
export function start(
  argv: readonly string[],
  options: Options = {},
): { readonly child: ChildProcess; readonly done: Promise<Result> } {
  const [command = program, ...words] = [...(options.through ?? []), program, ...argv];
  const { user, cwd } = options;
  const child = spawn(command, words, {
    env: environmentOf(options),
    ...(user === undefined ? {} : { uid: user, gid: user }),
    ...(cwd === undefined ? {} : { cwd }),
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => stdout.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => stderr.push(bytes));
  // If a program ends without reading its input, this is not an error of the test.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const done = new Promise<Result>((answer, fail) => {
    child.on('error', fail);
    child.on('close', (status, signal) => {
      const text = (parts: Buffer[]) => Buffer.concat(parts).toString('utf8');
      answer({ status, signal, stdout: text(stdout), stderr: text(stderr) });
    });
  });
  return { child, done };
}

export function run(argv: readonly string[], options: Options = {}): Promise<Result> {
  return start(argv, options).done;
}

/** Runs the program with JSON output and parses its response. */
export async function call(argv: readonly string[], options: Options = {}): Promise<Answered> {
  const result = await run(['--output=json', ...argv], options);
  const answer = readAnswer(result.stdout);
  if (answer === undefined) throw new Error(`This is no answer: ${JSON.stringify(result)}`);
  return { ...result, ...answer };
}

/** Stores a user's secret without a code. */
export function storeSecret(user: string, secret: string, options: Options): Promise<Answered> {
  const input = JSON.stringify({ [user]: { primary_account: { secret } } });
  return call(['--input=json', 'twofactorauth_set_tfa_config_for_user'], { ...options, input });
}

/** The stored secret of a user, as the program exports it; undefined if there is none. */
export async function storedSecret(user: string, options: Options): Promise<string | undefined> {
  const { data } = await call(['twofactorauth_get_tfa_config_for_user', `user=${user}`], options);
  const config = data?.[user] as { primary_account?: { secret: string } } | undefined;
  return config?.primary_account?.secret;
}

/** A complete JSON response; undefined if it is incomplete or missing. */
export function readAnswer(text: string): { metadata: Metadata; data: Hash | undefined } | undefined {
  if (!text.endsWith('}\n')) return undefined;
  try {
    const { metadata, data } = JSON.parse(text) as { metadata: Metadata; data?: Hash };
    return { metadata, data };
  } catch {
    return undefined;
  }
}

/** The current code. It is accepted for at least 30 seconds, because the program accepts the previous step too. */
export async function currentCode(secret: string): Promise<string> {
  const { codeAt } = await import('../../src/capabilities/two-factor/rules/totp.ts');
  return codeAt(secret, Date.now());
}

/** A code that is wrong for minutes before and after now. */
export async function wrongCode(secret: string): Promise<string> {
  const { matchingStep } = await import('../../src/capabilities/two-factor/rules/totp.ts');
  const codes = ['111111', '222222', '333333'];
  return codes.find((code) => matchingStep(secret, code, Date.now(), 10) === undefined) ?? '444444';
}

/** A folder for each test of a file, which is removed after the test. Must be called at the top level of the file. */
export function freshFolder(): { readonly path: string; readonly state: string } {
  let path = '';
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'whmapi1-process-'));
  });
  afterEach(() => rmSync(path, { recursive: true, force: true, maxRetries: 3 }));
  return {
    get path() {
      return path;
    },
    get state() {
      return join(path, 'state');
    },
  };
}

/** The results of `work` for each item, in order, with this many at the same time. */
export async function parallel<Item, T>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item, at: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  const queue = [...items.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      results[next[0]] = await work(next[1], next[0]);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

function environmentOf({ state = NOWHERE, env = {} }: Options): NodeJS.ProcessEnv {
  const given: Record<string, string | undefined> = {
    // The Node that runs the tests, even if another one is before it in PATH.
    PATH: `${dirname(process.execPath)}:${process.env.PATH ?? '/usr/bin:/bin'}`,
    HOME: NOWHERE,
    WHMAPI1_STATE_DIR: state,
    ...env,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
