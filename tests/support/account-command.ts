// What the tests of the native commands uapi and cpapi2 share: an installation in a sandbox with the account “bob”, and
// the command in C and in Node, as root and as the user of the account.
import { chmodSync, cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { accountPrograms, type AccountProgram } from '../../src/core/account-programs.ts';
import type { AccountApi } from '../../src/core/context.ts';
import { onlyReads, type AnyFunction } from '../../src/core/define.ts';
import { accountLoaders } from '../../src/uapi/loaders.generated.ts';
import { call, run, type Options, type Result } from './command.ts';
import { lastingText } from './lasting-text.ts';
import { startServer, type RunningServer } from './running-server.ts';
import { until } from './until.ts';

export const top = resolve(__dirname, '../..');
export const sandbox = { WHMAPI1_SANDBOX: '1' };
/** The exit status of the native command if it cannot start Node. */
export const NO_NODE = 127;
/** A call that any account can make, and whose response has the account’s domain. */
const PLAIN = { uapi: ['DomainInfo', 'primary_domain'], api2: ['DomainLookup', 'getbasedomains'] };

/** A machine without a C compiler has only the program in Node. */
export const isNative = existsSync(join(top, 'dist/uapi'));
/** Only root can start a process as another user. */
export const isRoot = process.getuid?.() === 0;

type Command = (words: readonly string[], options?: Options) => Promise<Result>;

export class AccountCommand {
  readonly #program: AccountProgram;
  readonly folder: string;
  readonly state: string;
  /** The directory of the users’ sockets. */
  readonly directory: string;
  /** The user of the account. */
  uid = -1;

  private constructor(program: AccountProgram) {
    this.#program = program;
    this.folder = mkdtempSync(join(tmpdir(), `whmapi1-${program.name}-`));
    chmodSync(this.folder, 0o711);
    this.state = join(this.folder, 'state');
    this.directory = join(this.folder, 'accounts');
  }

  /** Creates the installation, with the account. */
  static async create(api: AccountApi): Promise<AccountCommand> {
    const one = new AccountCommand(accountPrograms[api]);
    const words = ['username=bob', 'domain=bob.example', 'password=correct horse battery staple 7'];
    const own = { state: one.state, env: sandbox };
    expect((await call(['createacct', ...words], own)).status).toBe(0);
    const { data } = await call(['accountsummary', 'user=bob'], own);
    one.uid = Number((data?.acct as unknown as { uid: string }[])[0]?.uid);
    return one;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  serve(): Promise<RunningServer> {
    return startServer(this.state, { ...sandbox, WHMAPI1_SOCKETS: this.directory });
  }

  /** As root, or as the owner of the sandbox. */
  natively: Command = (words, options) =>
    this.#asOwner(`'${top}/dist/${this.#program.name}'`, words, options);
  inNode: Command = (words, options) =>
    this.#asOwner(`'${process.execPath}' '${top}/bin/${this.#program.name}'`, words, options);

  /** As the user of the account, after `copyProgram`. */
  own: Command = (words, options) =>
    this.#asUser(`'${this.folder}/dist/${this.#program.name}'`, words, options);
  node: Command = (words, options) =>
    this.#asUser(`'${process.execPath}' '${this.folder}/bin/${this.#program.name}'`, words, options);
  /** The native command alone: it cannot become the program in Node, so whatever it prints came from the server. */
  served: Command = (words, options = {}) =>
    this.own(words, { ...options, env: { PATH: '/nowhere', ...options.env } });

  /** Other users may not be able to read the checkout, and root’s Node. */
  copyProgram(): void {
    for (const part of ['bin', 'dist']) cpSync(join(top, part), join(this.folder, part), { recursive: true });
  }

  /** Waits until the server runs calls of root. */
  untilServed(): Promise<void> {
    return until(async () => (await this.natively(['--version', '--verbose'])).stdout.includes('whmapi1d'));
  }

  /** Waits until the server runs calls of the user. */
  async untilUserIsServed(): Promise<void> {
    await until(() => existsSync(join(this.directory, 'request.sock')));
    // The program in Node asks for the user’s socket.
    expect((await this.node(PLAIN[this.#program.api])).stdout).toContain('bob.example');
    await until(async () => (await this.served(['--version', '--verbose'])).stdout.includes('whmapi1d'));
  }

  #asOwner(program: string, words: readonly string[], options: Options = {}): Promise<Result> {
    const env = { ...sandbox, ...options.env };
    return run(words, { state: this.state, through: through(program), ...options, env });
  }

  #asUser(program: string, words: readonly string[], options: Options = {}): Promise<Result> {
    const env = { WHMAPI1_STATE_DIR: undefined, WHMAPI1_SOCKETS: this.directory, ...options.env };
    return run(words, { user: this.uid, cwd: '/', through: through(program), ...options, env });
  }
}

/** Runs a program instead of whmapi1, with its words. */
const through = (program: string) => ['/bin/sh', '-c', `shift; exec ${program} "$@"`, 'sh'];

const outputs = ['yaml', 'json', 'jsonpretty', 'xml', 'table', 'csv'];

/** Examples in different outputs, one in `every`: SEED=1, 2, … takes others. Those that change something are dry runs. */
export async function exampleLines(
  api: AccountApi,
  every: number,
  isFit: (fn: AnyFunction) => boolean = () => true,
): Promise<string[][]> {
  const loaders = Object.values(accountLoaders[api]);
  const functions = await Promise.all(loaders.map(async (load) => (await load()).default));
  return functions
    .filter(isFit)
    .flatMap((fn) => fn.examples.map(({ args }) => ({ fn, args })))
    .filter((_example, at) => at % every === Number(process.env.SEED ?? 0) % every)
    .map(({ fn, args }, at) => [
      `--output=${outputs[at % outputs.length]}`,
      ...(onlyReads(fn.effect) ? [] : ['--dry-run']),
      ...fn.name.split('::'),
      ...Object.entries(args).map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`),
    ]);
}

/** True if a call works in the store alone, so that the server makes it for root. */
export const isInStore = ({ effect, look }: AnyFunction): boolean =>
  ['none', 'reads', 'changes'].includes(effect) && look === undefined;

/** Without what differs from one call to the next: numbers, times, tokens, keys, and the columns around them. */
export const lasting = ({ status, stdout, stderr }: Result): string[] =>
  [String(status), stdout, stderr].map(lastingText);
