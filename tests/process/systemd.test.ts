// The messages of the built server to systemd. tests/machine runs it under systemd itself.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { itWith } from '../support/require-tool.ts';

const server = resolve(__dirname, '../../bin/whmapi1d');

let folder: string;
beforeEach(() => {
  if (!existsSync(resolve(__dirname, '../../dist/whmapi1d.cjs'))) {
    throw new Error('There is no dist/: run `npm run build` first.');
  }
  folder = mkdtempSync(join(tmpdir(), 'whmapi1-systemd-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('--print-unit prints the unit, with the running Node and program', () => {
  const { status, stdout } = spawnSync(process.execPath, [server, '--print-unit'], { encoding: 'utf8' });
  expect(status).toBe(0);
  const unit = readFileSync('systemd/whmapi1d.service', 'utf8');
  expect(unit).toContain('\nExecStart=/usr/sbin/whmapi1d\n');
  expect(stdout).toBe(
    unit.replace('ExecStart=/usr/sbin/whmapi1d', `ExecStart=${process.execPath} ${server}`),
  );
});

test('systemd accepts the unit, and it contains no path that may be missing', () => {
  const unit = readFileSync('systemd/whmapi1d.service', 'utf8');
  expect(unit).toMatch(/^KillMode=mixed$/m);
  expect(unit).toMatch(/^WatchdogSec=\d+$/m);
  for (const [, paths = ''] of unit.matchAll(/^(?:ReadWrite|ReadOnly|Inaccessible)Paths=(.*)$/gm)) {
    expect(paths.split(' ').every((path) => path.startsWith('-'))).toBe(true);
  }
});

test('each line for the journal has its priority; other lines have none', async () => {
  for (const isJournal of [true, false]) {
    const file = join(folder, `log-${isJournal}`);
    const log = openSync(file, 'w');
    const { dev, ino } = fstatSync(log, { bigint: true });
    const child = spawn(server, ['--port=0'], {
      stdio: ['ignore', 'pipe', log],
      env: {
        PATH: process.env.PATH,
        WHMAPI1_STATE_DIR: join(folder, `state-${isJournal}`),
        // systemd sets it; a log that was redirected to another file is not the journal.
        JOURNAL_STREAM: isJournal ? `${dev}:${ino}` : '1:2',
      },
    });
    const ended = once(child, 'exit');
    const assertRuns = () => {
      if (child.exitCode === null && child.signalCode === null) return;
      throw new Error(
        `The server ended: ${child.signalCode ?? child.exitCode}. ${readFileSync(file, 'utf8')}`,
      );
    };
    let output = '';
    child.stdout?.on('data', (bytes: Buffer) => (output += bytes.toString()));
    while (!output.includes('fingerprint')) {
      assertRuns();
      await pause(50);
    }
    // A certificate that cannot be read is an error; the message that the server listens is not.
    writeFileSync(join(folder, `state-${isJournal}/server.pem`), 'broken');
    child.kill('SIGHUP');
    const read = () => readFileSync(file, 'utf8');
    while (!read().includes('could not be reloaded')) {
      assertRuns();
      await pause(50);
    }
    child.kill('SIGTERM');
    await ended;
    const [error = ''] = /^.*the certificate could not.*$/m.exec(read()) ?? [];
    const [start = ''] = /^.*Server listening.*$/m.exec(read()) ?? [];
    expect([error.slice(0, 4), start.slice(0, 4)]).toEqual(isJournal ? ['<3>{', '<6>{'] : ['{"le', '{"le']);
  }
});

itWith(['curl'], 'calls wait while the server is restarted, because systemd keeps its socket', async () => {
  const keeper = spawn('python3', [join(__dirname, 'socket-keeper.py'), process.execPath, server], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, WHMAPI1_STATE_DIR: join(folder, 'state') },
  });
  let output = '';
  keeper.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
  const said = async (pattern: RegExp) => {
    for (;;) {
      const found = pattern.exec(output);
      if (found !== null) {
        output = output.slice(found.index + found[0].length);
        return found[1] ?? '';
      }
      if (keeper.exitCode !== null) throw new Error('The keeper ended.');
      await pause(20);
    }
  };
  const visit = (port: string) => {
    const words = ['-ksS', '--max-time', '60', '-w', ' %{http_code}', `https://127.0.0.1:${port}/login/`];
    const curl = spawn('curl', words, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    curl.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()));
    return once(curl, 'close').then(() => text.slice(-3));
  };
  const port = await said(/port (\d+)\n/);
  keeper.stdin.write('start\n');
  const first = await said(/process (\d+)\n/);
  await said(/listening (https:\S+)\n/);
  expect(await visit(port)).toBe('200');
  process.kill(Number(first), 'SIGTERM');
  await said(/(ended)\n/);
  const waiting = visit(port);
  await pause(300);
  keeper.stdin.write('start\n');
  const second = await said(/process (\d+)\n/);
  expect(await waiting).toBe('200');
  process.kill(Number(second), 'SIGTERM');
  await said(/(ended)\n/);
  keeper.stdin.end();
  await once(keeper, 'close');
});
