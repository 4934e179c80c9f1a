// whmapi1 --log: filters, rotated files, following, damage and size, with real files. Where the process matters, the real
// program runs.
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { freshFolder, run, start } from '../support/command.ts';
import { Terminal, type Printed } from '../support/terminal.ts';
import { until } from '../support/until.ts';

const folder = freshFolder();
const HOUR_MS = 3_600_000;

interface Entry {
  readonly xid: string;
  readonly function: string;
  readonly arguments: readonly (readonly [string, string])[];
}

function entry(xid: string, others: object = {}, hoursAgo = 0): string {
  const time = new Date(Date.now() - hoursAgo * HOUR_MS).toISOString();
  const usual = { time, xid, caller: 'root', function: 'version', arguments: [], result: 1, duration_ms: 1 };
  return `${JSON.stringify({ ...usual, ...others })}\n`;
}

function write(name: string, text: string | Buffer): string {
  mkdirSync(folder.state, { recursive: true, mode: 0o700 });
  const path = join(folder.state, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

async function log(...words: string[]): Promise<Printed> {
  const terminal = new Terminal();
  try {
    terminal.environment = { WHMAPI1_STATE_DIR: folder.state };
    return await terminal.run('--log', ...words);
  } finally {
    terminal.remove();
  }
}

function entries(text: string): Entry[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Entry);
}

async function xids(...words: string[]): Promise<string[]> {
  const { status, stdout, stderr } = await log('--output=json', ...words);
  expect([status, stderr]).toEqual([0, '']);
  return entries(stdout).map(({ xid }) => xid);
}

it('shows real calls, with secrets masked, as a table', async () => {
  const state = folder.state;
  await run(['version'], { state });
  await run(['nonexistent_function', 'secret=hunter2'], { state });
  const { status, stdout, stderr } = await log();
  expect([status, stderr]).toEqual([0, '']);
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^time +user +function +result +address +xid +arguments$/);
  expect(lines[1]).toMatch(/^20\S+Z +root +version +ok /);
  expect(lines[2]).toMatch(/ nonexistent_function +\w+ .* secret=\*\*\*$/);
  expect(stdout).not.toContain('hunter2');
});

it('filters by each field', async () => {
  write(
    'audit.log',
    entry('aaaaaa', { caller: 'bob', function: 'createacct', address: '192.0.2.1' }) +
      entry('bbbbbb', { result: 0, error_code: 'not_found', function: 'createacct' }) +
      entry('cccccc', { caller: 'bob' }),
  );
  expect(await xids()).toEqual(['aaaaaa', 'bbbbbb', 'cccccc']);
  expect(await xids('user=bob')).toEqual(['aaaaaa', 'cccccc']);
  expect(await xids('function=createacct', 'user=bob')).toEqual(['aaaaaa']);
  expect(await xids('address=192.0.2.1')).toEqual(['aaaaaa']);
  expect(await xids('xid=cccccc')).toEqual(['cccccc']);
  expect(await xids('result=0')).toEqual(['bbbbbb']);
  expect(await xids('error_code=not_found')).toEqual(['bbbbbb']);
});

it('filters by time: durations, and ISO 8601 with and without a zone', async () => {
  const at = (xid: string, time: string) => entry(xid, { time });
  write(
    'audit.log',
    at('aaaaaa', '2020-01-01T10:00:00.000Z') +
      at('bbbbbb', '2020-01-01T12:00:00.000Z') +
      entry('cccccc', {}, 3) +
      entry('dddddd', {}, 1),
  );
  expect(await xids('since=2h')).toEqual(['dddddd']);
  expect(await xids('since=4h', 'until=120m')).toEqual(['cccccc']);
  expect(await xids('until=2020-01-01T11:00')).toEqual(['aaaaaa']);
  expect(await xids('since=2020-01-01T12:30:00+01:00', 'until=2020-01-02')).toEqual(['bbbbbb']);
});

it('reads rotated files, oldest first, and does not open those older than since', async () => {
  for (let number = 11; number > 0; number--) write(`audit.log.${number}`, entry(`rot${number}`, {}, number));
  write('audit.log', entry('newest'));
  const numbers = Array.from({ length: 11 }, (_, at) => `rot${11 - at}`);
  expect(await xids()).toEqual([...numbers, 'newest']);
  // If it were read, it would be reported as damaged.
  const old = new Date(Date.now() - 30 * HOUR_MS);
  utimesSync(write('audit.log.11', 'damaged\n'), old, old);
  expect(await xids('since=90m')).toEqual(['rot1', 'newest']);
});

it('reads compressed files like others, and what it can of a damaged one', async () => {
  write('audit.log.3.gz', gzipSync(entry('aaaaaa') + entry('bbbbbb', { result: 0 })));
  write('audit.log.2.gz', gzipSync(entry('cccccc').repeat(20_000)).subarray(0, -20));
  write('audit.log.1', entry('dddddd'));
  write('audit.log', entry('eeeeee'));
  const { status, stdout, stderr } = await log('--output=json');
  expect(status).toBe(0);
  expect([...new Set(entries(stdout).map(({ xid }) => xid))]).toEqual(
    ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(6)),
  );
  expect(stderr).toMatch(
    /^whmapi1: skipped [12] lines? of the audit log that are damaged or incomplete\.\n$/,
  );
  write('audit.log.2.gz', gzipSync(entry('cccccc')));
  expect(await xids('result=0')).toEqual(['bbbbbb']);
  const old = new Date(Date.now() - 30 * HOUR_MS);
  for (const name of ['audit.log.3.gz', 'audit.log.2.gz']) utimesSync(join(folder.state, name), old, old);
  expect(await xids('since=90m')).toEqual(['dddddd', 'eeeeee']);
});

it('shows the number of calls that a line stands for, and finds it by each time between the first and the last', async () => {
  const since = new Date(Date.now() - 2 * HOUR_MS).toISOString();
  write('audit.log', entry('aaaaaa', { calls: 1234, since }, 1) + entry('bbbbbb', {}, 3));
  expect((await log()).stdout).toMatch(/ ok \(1234 calls\) +aaaaaa/);
  expect(await xids('since=70m')).toEqual(['aaaaaa']);
  expect(await xids('since=150m', 'until=90m')).toEqual(['aaaaaa']);
  expect(await xids('until=130m')).toEqual(['bbbbbb']);
});

it('shows all lines of a call, the authoritative one last', async () => {
  write(
    'audit.log',
    entry('aaaaaa', { stage: 'begun' }) + entry('aaaaaa', { result: 0, error_code: 'host_failed' }),
  );
  const { stdout } = await log('xid=aaaaaa');
  expect(stdout).toMatch(/ok \(begun\)[^]*host_failed/);
});

it('skips damaged lines with one note', async () => {
  write(
    'audit.log',
    `${entry('aaaaaa')}{"time":"20\n\0\0\0\nnull\n{"time":5}\n${'x'.repeat(3_000_000)}\n${entry('bbbbbb')}{"time":"2026`,
  );
  const { status, stdout, stderr } = await log('--output=json');
  expect(status).toBe(0);
  expect(entries(stdout).map(({ xid }) => xid)).toEqual(['aaaaaa', 'bbbbbb']);
  expect(stderr).toBe('whmapi1: skipped 6 lines of the audit log that are damaged or incomplete.\n');
});

it('escapes terminal control characters, and splits only at line feeds', async () => {
  const hostile = '\u001b]0;x\u0007\u202e\u2028\u0085\u{e0041}=1\n';
  write(
    'audit.log',
    entry('aaaaaa', { caller: hostile, arguments: [['domain', hostile]] }) + entry('bbbbbb'),
  );
  for (const output of ['table', 'json', 'csv']) {
    const { status, stdout, stderr } = await log(`--output=${output}`);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.replaceAll(/[\r\n]/g, '')).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
    expect(stdout.trimEnd().split('\n')).toHaveLength(output === 'json' ? 2 : 3);
    if (output === 'json') expect(entries(stdout)[0]?.arguments).toEqual([['domain', hostile]]);
  }
});

it('continues through rotations, and shows each line once', async () => {
  const current = write('audit.log', entry('one'));
  const { child, done } = start(['--log', '--follow', '--output=json'], { state: folder.state });
  let seen = '';
  child.stdout?.on('data', (bytes: Buffer) => (seen += bytes.toString()));
  const count = (expected: number) => until(() => seen.split('\n').length > expected);
  await count(1);
  const line = entry('two');
  appendFileSync(current, line.slice(0, 20));
  await setTimeout(500);
  appendFileSync(current, line.slice(20));
  await count(2);
  // Two rotations at once, and a process that still writes to the oldest file.
  const held = openSync(current, 'a');
  renameSync(current, `${current}.1`);
  write('audit.log', entry('three'));
  renameSync(`${current}.1`, `${current}.2`);
  renameSync(current, `${current}.1`);
  write('audit.log', entry('four'));
  await count(4);
  writeSync(held, entry('late'));
  closeSync(held);
  await count(5);
  appendFileSync(current, entry('five'));
  await count(6);
  child.kill('SIGINT');
  const { stderr, stdout } = await done;
  expect(stderr).toBe('');
  expect(entries(stdout).map(({ xid }) => xid)).toEqual(['one', 'two', 'three', 'four', 'late', 'five']);
});

it('needs no more memory for a log of 100 MB', async () => {
  const peak = async (): Promise<number> => {
    const through = ['python3', '-c', MEASURE];
    const { status, stderr } = await run(['--log', 'result=0', '--output=json'], {
      state: folder.state,
      through,
      // Garbage is collected early, however busy the machine is.
      env: { NODE_OPTIONS: '--max-semi-space-size=1 --max-old-space-size=32' },
    });
    expect(status).toBe(0);
    return Number(stderr);
  };
  const lines = entry('aaaaaa', { arguments: [['domain', 'x'.repeat(150)]] }).repeat(4000);
  write('audit.log', lines.slice(0, lines.length / 40));
  const small = await peak();
  const current = write('audit.log', lines);
  for (let size = lines.length; size < 100_000_000; size += lines.length) appendFileSync(current, lines);
  expect((await peak()) - small).toBeLessThan(90_000);
});

/** Runs a command and prints its peak resident set, in KiB. */
const MEASURE =
  'import resource,subprocess,sys;s=subprocess.run(sys.argv[1:]).returncode;' +
  'sys.stderr.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss));sys.exit(s)';

it('fits a terminal of 80 columns', async () => {
  write(
    'audit.log',
    entry('aaaaaa', {
      function: 'a_function_of_a_long_name',
      arguments: [['domain', 'x'.repeat(90)]],
    }).repeat(3),
  );
  const through = ['python3', '-c', TERMINAL];
  const { stdout } = await run(['--log', '--color=never'], { state: folder.state, through });
  const lines = stdout.trimEnd().split(/\r?\n/);
  expect(lines).toHaveLength(4);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  expect(lines[1]).toMatch(/Z {2}root +a_function_of_a… {2}ok +domain=xx+…$/);
});

/** Runs a command on a terminal of 80 columns, and copies what it prints. */
const TERMINAL =
  "import fcntl,os,pty,struct,sys,termios\np,f=pty.fork()\nif p==0:\n r=sys.stdin.fileno()\n fcntl.ioctl(1,termios.TIOCSWINSZ,struct.pack('HHHH',24,80,0,0))\n" +
  ' os.execv(sys.argv[1],sys.argv[1:])\nwhile True:\n try: b=os.read(f,4096)\n except OSError: break\n if not b: break\n os.write(1,b)\nos.waitpid(p,0)';

it('rejects other filters and options', async () => {
  write('audit.log', entry('aaaaaa'));
  for (const [words, message] of [
    [['usr=bob'], /no filter “usr”.*user, function/],
    [['createacct'], /no filter “createacct”/],
    [['since=yesterday'], /Invalid since: use a duration such as 30m/],
    [['since=2026-02-30'], /Invalid since/],
    [['until=2026-01-01T25:00'], /Invalid until/],
    [['result=2'], /Invalid result: use 1/],
    [['user='], /user has no value/],
    [['user=a', 'user=b'], /given twice/],
    [['since=1h', 'until=2h'], /since is later than until/],
    [['--follow', 'until=1h'], /--follow waits/],
    [['--output=xml'], /prints a table, or --output=json or csv/],
    [['--dry-run'], /no dry run/],
    [['--user=bob'], /--user does not go with it/],
  ] as const) {
    const { status, stdout, stderr } = await log(...words);
    expect([words, status, stdout]).toEqual([words, 2, '']);
    expect([words, stderr]).toEqual([words, expect.stringMatching(message)]);
  }
});

it('rejects --follow without --log, creates nothing, and is only for the owner', async () => {
  expect(await run(['--follow'], { state: folder.state })).toMatchObject({ status: 2 });
  const { status, stderr } = await log();
  expect(status).toBe(3);
  expect(stderr).toContain('does not exist');
  expect(existsSync(folder.state)).toBe(false);
  mkdirSync(folder.state, { mode: 0o755 });
  expect((await log()).stderr).toContain('open to others');
});
