// The server under a load of reads, and old audit logs that are compressed while the process is killed or the disk is full.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { PrivateMount } from '../process/private-mount.ts';
import { call, freshFolder, run, start } from '../support/command.ts';
import { startServer } from '../slow/adversary/server-process.ts';

const here = freshFolder();
const OLD = new Date(1_700_000_000_000);

/** Lines that do not compress well, so that a compression takes a while. */
function bigLog(prefix: string, lines: number): string {
  const words = () => Math.random().toString(36).slice(2);
  return (
    Array.from({ length: lines }, (_, at) =>
      JSON.stringify({
        ...{ time: '2026-01-01T00:00:00.000Z', xid: `${prefix}${at}`, caller: 'root', function: 'version' },
        ...{ arguments: [['a', words() + words()]], result: 1, duration_ms: 0 },
      }),
    ).join('\n') + '\n'
  );
}

const env = { WHMAPI1_AUDIT_KIB: '16', WHMAPI1_AUDIT_FILES: '9' };

/** A log that the next call rotates, and old files: the next one to be compressed is the one with the number 1. */
function prepare(state: string, lines: number): void {
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const write = (name: string, text: string) => writeFileSync(join(state, name), text, { mode: 0o600 });
  write('audit.log.1', bigLog('old', lines));
  utimesSync(join(state, 'audit.log.1'), OLD, OLD);
  write('audit.log', bigLog('new', 200));
}

async function xidsIn(state: string): Promise<string[]> {
  const { stdout, stderr, status } = await run(['--log', '--output=json'], { state });
  expect([status, stderr]).toEqual([0, '']);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { xid: string }).xid);
}

const isPrepared = (xid: string) => /^(old|new)\d+$/.test(xid);

test('a process that is killed while it compresses loses no line, and the next rotation completes the work', async () => {
  const delays: number[] = [];
  for (let attempt = 0; attempt < 5; attempt++) {
    const state = join(here.path, `killed${attempt}`);
    prepare(state, 30_000);
    const expected = [
      ...Array.from({ length: 30_000 }, (_, at) => `old${at}`),
      ...Array.from({ length: 200 }, (_, at) => `new${at}`),
    ];
    const { child, done } = start(['version'], { state, env });
    // Killed at any moment from the rotation on.
    while (!readdirSync(state).includes('audit.log.2') && child.exitCode === null) await pause(1);
    const delay = attempt * 15;
    await pause(delay);
    child.kill('SIGKILL');
    const { signal } = await done;
    if (signal === 'SIGKILL') delays.push(delay);
    expect((await xidsIn(state)).filter(isPrepared)).toEqual(expected);
    // The next rotations complete it.
    writeFileSync(join(state, 'audit.log'), bigLog('x', 200), { mode: 0o600 });
    await call(['version'], { state, env });
    const names = readdirSync(state).filter((name) => name.startsWith('audit.log'));
    expect(names).not.toContain('audit.log.gz.draft');
    expect(names.filter((name) => name === 'audit.log.3' || name === 'audit.log.3.gz')).toEqual([
      'audit.log.3.gz',
    ]);
    rmSync(state, { recursive: true });
  }
  expect(delays.length).toBeGreaterThan(0);
});

test('a full disk keeps the old file as it is, and calls are not disturbed', async () => {
  const folder = join(here.path, 'disk');
  mkdirSync(folder);
  const disk = await PrivateMount.at(folder, '6m');
  try {
    const state = disk.path('state');
    prepare(state, 20_000);
    const size = statSync(join(state, 'audit.log.1')).size;
    disk.fill(50 * 4096);
    const options = { state: join(folder, 'state'), through: disk.through, env };
    expect((await call(['version'], options)).metadata.result).toBe(1);
    expect(statSync(join(state, 'audit.log.2')).size).toBe(size);
    expect(readdirSync(state).filter((name) => /gz|draft/.test(name))).toEqual([]);
    disk.free();
    writeFileSync(join(state, 'audit.log'), bigLog('x', 200), { mode: 0o600 });
    expect((await call(['version'], options)).metadata.result).toBe(1);
    expect(gunzipSync(readFileSync(join(state, 'audit.log.3.gz')))).toHaveLength(size);
    expect(statSync(join(state, 'audit.log.3.gz')).size).toBeLessThan(size / 3);
  } finally {
    await disk.close();
  }
});

test('10,000 equal reads of a server are few lines, which count each of them', async () => {
  const state = join(here.path, 'served');
  const { data } = await call(['api_token_create', 'token_name=load'], { state });
  const authorization = `whm root:${data?.token as string}`;
  const server = await startServer({ WHMAPI1_STATE_DIR: state });
  const READS = 10_000;
  try {
    const client = async (from: number) => {
      for (let at = from; at < READS; at += 10) {
        const response = await fetch(`${server.url}/json-api/version?api.version=1`, {
          headers: { authorization },
        });
        expect(response.status).toBe(200);
        await response.arrayBuffer();
      }
    };
    await Promise.all(Array.from({ length: 10 }, (_, from) => client(from)));
  } finally {
    await server.stop();
  }
  const lines = readFileSync(join(state, 'audit.log'), 'utf8').trimEnd().split('\n');
  const records = lines.map((line) => JSON.parse(line) as { function: string; calls?: number });
  const reads = records.filter((record) => record.function === 'version');
  expect(reads.reduce((sum, { calls = 1 }) => sum + calls, 0)).toBe(READS);
  console.log(`${READS} reads: ${statSync(join(state, 'audit.log')).size} bytes, ${reads.length} lines`);
  expect(reads.length).toBeLessThan(READS / 50);
});

test('a killed server loses only the number of repeated reads, and no change', async () => {
  const state = join(here.path, 'lost');
  const { data } = await call(['api_token_create', 'token_name=load'], { state });
  const headers = { authorization: `whm root:${data?.token as string}` };
  const server = spawn(
    process.execPath,
    [join(__dirname, '../../bin/whmapi1d'), '--port=0', '--http-port=0'],
    {
      env: { ...process.env, WHMAPI1_STATE_DIR: state },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  let said = '';
  server.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  while (!/listening http:\S+\n/.test(said)) await pause(20);
  const [, url = ''] = /listening (http:\S+)/.exec(said) ?? [];
  for (let at = 0; at < 50; at++)
    await (await fetch(`${url}/json-api/version?api.version=1`, { headers })).text();
  await (
    await fetch(`${url}/json-api/twofactorauth_set_issuer?api.version=1&issuer=Kept`, { headers })
  ).text();
  const gone = new Promise((resume) => server.once('exit', resume));
  server.kill('SIGKILL');
  await gone;
  const lines = readFileSync(join(state, 'audit.log'), 'utf8').trimEnd().split('\n');
  const names = lines.map((line) => (JSON.parse(line) as { function: string }).function);
  expect(names.filter((name) => name === 'version')).toHaveLength(30);
  expect(names).toContain('twofactorauth_set_issuer');
});
