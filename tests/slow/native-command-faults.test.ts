// The native command with servers that are not as they should be: nothing is run twice, and nobody notices unless a
// call was interrupted.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { frame, FrameReader } from '../../src/command-socket/frames.ts';
import { compileClient } from '../support/compiled-client.ts';
import { freshFolder, run, start, type Options, type Result } from '../support/command.ts';
import { startServer } from '../support/running-server.ts';
import { until } from '../support/until.ts';
import { auditLog } from '../process/state.ts';

const native = join(resolve(__dirname, '../..'), 'dist/whmapi1');
const describeNative = existsSync(native) ? describe : describe.skip;
const testAsRoot = process.getuid?.() === 0 ? test : test.skip;

const UNKNOWN =
  'whmapi1: The server ended the connection without a complete response. The call may have been executed: check before you retry it.\n';

const folder = freshFolder();
const servers: Server[] = [];
const sockets: Socket[] = [];
beforeEach(() => mkdirSync(folder.state, { mode: 0o700 }));
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

const words = ['--output=json', 'version'];
const through = ['sh', '-c', `shift; exec "${native}" "$@"`, 'sh'];
const natively = (argv = words, options: Options = {}) =>
  run(argv, { state: folder.state, through, ...options });
const inNode = (): Promise<Result> => run(words, { state: folder.state, through: [process.execPath] });

/** A server of the test's own at the place of the real one. `answer` gets each frame. */
async function pretend(
  answer: (socket: Socket, type: string) => void,
): Promise<{ readonly frames: string[] }> {
  const frames: string[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    const reader = new FrameReader(2 ** 20);
    socket.on('error', () => undefined);
    socket.on('data', (piece) => {
      for (const { type } of reader.add(piece)) {
        frames.push(type);
        answer(socket, type);
      }
    });
  });
  servers.push(server);
  server.listen(join(folder.state, 'command.sock'));
  await once(server, 'listening');
  return { frames };
}

describeNative('the command makes the call itself', () => {
  const refusals: Record<string, (socket: Socket, type: string) => void> = {
    'if the server is silent': () => undefined,
    'if it declines': (socket) => socket.end(frame('D')),
    'if it closes the connection': (socket) => socket.end(),
    'if it sends half of a frame': (socket) => socket.write(frame('A').subarray(0, 3)),
    'if it accepts with a content': (socket) => socket.write(frame('A', Buffer.from('x'))),
    'if it is another server': (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
    'if it prints before it accepts': (socket) => socket.write(frame('O', Buffer.from('no\n'))),
    'if it ends the call before it accepts': (socket) => socket.write(frame('X', Buffer.from([7]))),
  };
  test.each(Object.entries(refusals))('%s', async (_name, answer) => {
    const expected = await inNode();
    const { frames } = await pretend(answer);
    expect(await natively()).toEqual(expected);
    // It was never told to run the call.
    expect(frames).toEqual(['R']);
  });

  test('if the queue of the socket is full', async () => {
    const listener = spawn('python3', [
      '-c',
      [
        'import socket, sys, time',
        's = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(0)',
        'held = []',
        'for _ in range(8):',
        '    c = socket.socket(socket.AF_UNIX); c.setblocking(False)',
        '    try: c.connect(sys.argv[1]); held.append(c)',
        '    except BlockingIOError: break',
        'print("full", flush=True); time.sleep(60)',
      ].join('\n'),
      join(folder.state, 'command.sock'),
    ]);
    await once(listener.stdout, 'data');
    expect(await natively()).toEqual(await inNode());
    listener.kill();
  });

  test('if there is a file, a folder or nothing at the place of the socket', async () => {
    const expected = await inNode();
    mkdirSync(join(folder.state, 'command.sock'));
    expect(await natively()).toEqual(expected);
  });

  testAsRoot('if the state directory belongs to another user, or is open to others', async () => {
    const { frames } = await pretend((socket) => socket.write(frame('A')));
    chownSync(folder.state, 65_534, 65_534);
    const { stdout, status } = await natively();
    expect([status, stdout]).toEqual([3, expect.stringContaining('store_insecure')]);
    expect(frames).toEqual([]);
  });

  testAsRoot('if the server is a process of another user', async () => {
    const expected = await inNode();
    const script =
      'import os, socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); os.setuid(65534); s.listen(5); ' +
      'print("ready", flush=True); c, _ = s.accept(); print("got", len(c.recv(9)), flush=True)';
    const attacker = spawn('python3', ['-c', script, join(folder.state, 'command.sock')]);
    let printed = '';
    attacker.stdout.on('data', (bytes: Buffer) => (printed += bytes.toString()));
    await until(() => printed.includes('ready'));
    expect(await natively()).toEqual(expected);
    await until(() => printed.includes('got'));
    expect(printed).toContain('got 0');
    attacker.kill();
  });

  test('if the request is too long', async () => {
    const { frames } = await pretend((socket) => socket.end(frame('D')));
    const program = join(folder.path, 'short');
    compileClient(program, { NAME: 'whmapi1', MAX_CONTENT: 50_000 });
    const through = ['sh', '-c', `shift; exec "${program}" "$@"`, 'sh'];
    const sent: string[][] = [];
    for (const length of [10_000, 50_000]) {
      const { stderr } = await natively([...words, `a=${'x'.repeat(length)}`], { through });
      expect(stderr).toContain('no-such-script');
      sent.push(frames.splice(0));
    }
    expect(sent).toEqual([['R'], []]);
  });

  test('if standard input is too long, of which Node then reads all', async () => {
    const { frames } = await pretend((socket, type) => type === 'R' && socket.end(frame('S')));
    const [program, node] = [join(folder.path, 'short'), join(folder.path, 'node')];
    writeFileSync(node, '#!/bin/sh\nwc -c\n', { mode: 0o755 });
    compileClient(program, { NAME: 'whmapi1', MAX_CONTENT: 50_000, NODE: node, PATIENCE_MS: 60_000 });
    const through = ['sh', '-c', `shift; exec "${program}" "$@"`, 'sh'];
    for (const length of [49_000, 50_001, 500_000]) {
      const { stdout } = await natively(words, { through, input: 'x'.repeat(length) });
      expect(Number(stdout)).toBe(length);
    }
    // Only the first input fits, and is sent in a second request.
    expect(frames).toEqual(['R', 'I', 'R', 'R', 'R']);
  });
});

describeNative('a call that was begun', () => {
  const program = () => join(folder.path, 'patient');
  beforeEach(() => compileClient(program(), { NAME: 'whmapi1', PATIENCE_MS: 60_000 }));
  const patiently = () => ({
    state: folder.state,
    through: ['sh', '-c', `shift; exec "${program()}" "$@"`, 'sh'],
  });
  const begin = (rest: (socket: Socket) => void) =>
    pretend((socket, type) => {
      if (type === 'R') socket.write(frame('A'));
      if (type === 'G') rest(socket);
    });
  const endings: Record<string, (socket: Socket) => void> = {
    'the server ends': (socket) => socket.destroy(),
    'it ends after a part': (socket) => socket.end(frame('O', Buffer.from('{"'))),
    'it ends in a frame': (socket) => socket.end(frame('O', Buffer.from('{"metadata"')).subarray(0, 7)),
    'it sends an unknown frame': (socket) => socket.write(frame('Z')),
    'it sends a mark without need': (socket) => socket.write(frame('M')),
    'it sends a status of two bytes': (socket) => socket.write(frame('X', Buffer.from([0, 0]))),
    'it sends other bytes': (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
  };
  test.each(Object.entries(endings))('is not made again if %s', async (_name, rest) => {
    const { frames } = await begin(rest);
    const { status, stderr, stdout } = await run(words, patiently());
    expect([status, stderr]).toEqual([3, UNKNOWN]);
    expect(stdout).not.toContain('}');
    expect(frames).toEqual(['R', 'G']);
  });

  test('gives its bytes and its status unchanged', async () => {
    await begin((socket) => {
      socket.write(frame('O', Buffer.from('%s%n\0\x1b[31m')));
      socket.write(frame('E', Buffer.from('%d\n')));
      socket.write(frame('O'));
      socket.write(frame('X', Buffer.from([42])));
    });
    expect(await run(words, patiently())).toEqual({
      status: 42,
      signal: null,
      stdout: '%s%n\0\x1b[31m',
      stderr: '%d\n',
    });
  });

  test('ends with the command, as a signal says', async () => {
    let [isBegun, isClosed] = [false, false];
    await begin((socket) => {
      isBegun = true;
      socket.on('close', () => (isClosed = true));
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      [isBegun, isClosed] = [false, false];
      const { child, done } = start(words, patiently());
      await until(() => isBegun);
      child.kill(signal);
      expect((await done).signal).toBe(signal);
      await until(() => isClosed);
    }
  });

  test('waits as long as it takes', async () => {
    await begin((socket) => setTimeout(() => socket.write(frame('X', Buffer.from([0]))), 3000));
    expect(await run(words, patiently())).toEqual({ status: 0, signal: null, stdout: '', stderr: '' });
  });
});

describeNative('the real server', () => {
  test('is killed: later calls are made by the command, and the next server takes over', async () => {
    const first = await startServer(folder.state);
    await until(async () => (await natively(['--version', '--verbose'])).stdout.includes('whmapi1d'));
    await first.stop('SIGKILL');
    expect((await natively(['--version', '--verbose'])).stdout).toContain('its own process');
    expect(await natively()).toEqual(await inNode());
    const second = await startServer(folder.state);
    await until(async () => (await natively(['--version', '--verbose'])).stdout.includes('whmapi1d'));
    await second.stop();
    expect(existsSync(join(folder.state, 'command.sock'))).toBe(false);
  });

  test('of another build is not used', async () => {
    const server = await startServer(folder.state);
    await until(async () => (await natively(['--version', '--verbose'])).stdout.includes('whmapi1d'));
    const other = join(folder.path, 'dist');
    mkdirSync(other);
    compileClient(join(other, 'whmapi1'), { NAME: 'whmapi1', BUILD: 'another' });
    const { stderr } = await run(words, {
      state: folder.state,
      through: ['sh', '-c', `"${other}/whmapi1" version`],
    });
    expect(stderr).toContain('no-such-script');
    await server.stop();
  });

  test('is killed at any moment of 60 writes: each that reported success is stored, none was made twice', async () => {
    await inNode();
    for (let round = 0; round < 6; round++) {
      const server = await startServer(folder.state);
      await until(async () => (await natively(['--version', '--verbose'])).stdout.includes('whmapi1d'));
      const before = auditLog(folder.state).lines.length;
      const calls = Array.from({ length: 10 }, (_one, at) => `issuer-${round}-${at}`).map(async (issuer) => ({
        issuer,
        ...(await natively(['--output=json', 'twofactorauth_set_issuer', `issuer=${issuer}`])),
      }));
      await new Promise((resume) => setTimeout(resume, 20 * round));
      await server.stop('SIGKILL');
      const results = await Promise.all(calls);
      const { lines } = auditLog(folder.state);
      for (const { issuer, status, stderr, stdout } of results) {
        const made = lines
          .slice(before)
          .filter((line) => line.result === 1 && JSON.stringify(line.arguments).includes(`"${issuer}"`));
        expect(made.length).toBeLessThanOrEqual(1);
        if (status === 0)
          expect([issuer, made.length, stdout]).toEqual([issuer, 1, expect.stringContaining('"result":1')]);
        else expect([status, stderr]).toEqual([3, UNKNOWN]);
      }
    }
  });

  test('keeps nothing of a connection that sends garbage', async () => {
    const server = await startServer(folder.state);
    const path = join(folder.state, 'command.sock');
    await until(() => existsSync(path));
    const { connect } = await import('node:net');
    for (const bytes of [
      'GET / HTTP/1.1\r\n\r\n',
      frame('G'),
      frame('F', Buffer.alloc(8)),
      frame('R', Buffer.from('x')),
      frame('R', Buffer.alloc(9)),
    ]) {
      const socket = connect(path);
      socket.on('error', () => undefined);
      socket.write(bytes);
      await Promise.race([once(socket, 'close'), once(socket, 'data')]);
      socket.destroy();
    }
    await until(async () => (await natively(['--version', '--verbose'])).stdout.includes('whmapi1d'));
    expect(readFileSync(join(folder.state, 'audit.log'), { encoding: 'utf8', flag: 'a+' })).not.toContain(
      'GET',
    );
    await server.stop();
  });
});
