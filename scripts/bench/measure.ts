// Whole processes, measured: what they take of time and of memory.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Milliseconds of a process of Node's. @throws where it ends otherwise than it should. */
export function time(argv: readonly string[], environment: Environment, expected = 0): number {
  const began = performance.now();
  const { status, stdout } = spawnSync(process.execPath, argv, {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 30,
  });
  const took = performance.now() - began;
  if (status !== expected) throw new Error(`${argv.join(' ')} ended with ${status}: ${stdout.toString()}`);
  return took;
}

/** Milliseconds of processor time that a command uses, with all that it starts. @throws if it fails. */
export function processorOf(words: readonly string[], environment: Environment = process.env): number {
  const script = `TIMEFORMAT='%U %S'; time "$@" >/dev/null`;
  const { stderr, status } = spawnSync('bash', ['-c', script, 'bash', ...words], {
    env: environment,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${stderr}`);
  return stderr
    .trim()
    .split(' ')
    .reduce((sum, seconds) => sum + 1000 * Number(seconds), 0);
}

/** Milliseconds of processor time that the threads of a process have used (proc_pid_schedstat(5)). */
export function processorTimeOf(pid: number): number {
  return readdirSync(`/proc/${pid}/task`)
    .map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'))
    .reduce((sum, text) => sum + Number(text.split(' ')[0]) / 1e6, 0);
}

/** Mebibytes of memory that a process of Node's had at its peak. `folder` is for a file of its own. */
export function peak(argv: readonly string[], environment: Environment, folder: string): number {
  const tell = join(folder, 'tell-peak.cjs');
  writeFileSync(
    tell,
    `process.on('exit', () => require('node:fs').writeSync(3, String(process.resourceUsage().maxRSS)));`,
  );
  const { status, output } = spawnSync(process.execPath, ['--require', tell, ...argv], {
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}.`);
  return Number(output[3]?.toString()) / 1024;
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** An API token of root's, made on the installation of this environment. */
export function makeToken(top: string, environment: Environment): string {
  const argv = [join(top, 'bin/whmapi1'), '--output=json', 'api_token_create', 'token_name=bench'];
  const { stdout } = spawnSync(process.execPath, argv, { env: environment, encoding: 'utf8' });
  return (JSON.parse(stdout) as { data: { token: string } }).data.token;
}

export interface Started {
  readonly child: ChildProcess;
  readonly urls: Record<'http' | 'https', string>;
  /** The port for accounts. Empty if it was not asked for. */
  readonly accountUrl: string;
}

/** Ends a server, and waits for its end: until then, it writes to its folder. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = once(child, 'exit');
  child.kill();
  await end;
}

/** A server, once it listens at all ports that were asked for. `through` is a command that becomes its further words. */
export async function startServer(
  argv: readonly string[],
  environment: Environment,
  through: readonly string[] = [],
): Promise<Started> {
  const [command, ...words] = [...through, process.execPath, ...argv];
  const child = spawn(command ?? '', words, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const urls: Partial<Started['urls']> = {};
  let accountUrl = '';
  const hasAccounts = argv.some((word) => word.startsWith('--account-port'));
  await new Promise<void>((ready, fail) => {
    child.once('exit', (status) => fail(new Error(`The server ended with ${status}.`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, url, scheme, accounts] = /^listening ((https?):\S+)( for accounts)?$/.exec(line) ?? [];
      if (accounts !== undefined) accountUrl = url ?? '';
      else if (url !== undefined) urls[scheme as 'http' | 'https'] = url;
      if (urls.http !== undefined && urls.https !== undefined && (accountUrl !== '' || !hasAccounts)) ready();
    });
  });
  return { child, urls: urls as Started['urls'], accountUrl };
}
