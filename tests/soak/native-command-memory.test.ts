// The native command under valgrind: no path of it reads memory that is not its own or was never set, or loses any.
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { frame } from '../../src/command-socket/frames.ts';
import { freshFolder, run } from '../support/command.ts';
import { itWith } from '../support/require-tool.ts';
import { startServer } from '../support/running-server.ts';
import { until } from '../support/until.ts';

const native = resolve(__dirname, '../../dist/whmapi1');
// A machine without a C compiler has only the program in Node.
const describeNative = existsSync(native) ? describe : describe.skip;

const folder = freshFolder();
const VALGRIND =
  'valgrind -q --leak-check=full --show-leak-kinds=all --errors-for-leak-kinds=all --track-fds=no --error-exitcode=99';

/** Runs a line of sh, in which `whmapi1` is the native command under valgrind. The status is that of the command. */
async function valgrind(line: string, env: Record<string, string> = {}) {
  const log = join(folder.path, 'valgrind.log');
  const script = `whmapi1() { ${VALGRIND} --log-file='${log}' '${native}' "$@"; echo "[$?]" >&3; }; { ${line}; } 3>&1`;
  const { stdout, stderr } = await run([], { state: folder.state, through: ['sh', '-c', script], env });
  const [, output = '', status = ''] = /^([^]*)\[(\d+)\]\n$/.exec(stdout) ?? [];
  // It has only errors. They are written when they happen, also before the command becomes Node.
  expect([line, readFileSync(log, 'utf8')]).toEqual([line, '']);
  return { status: Number(status), stdout: output, stderr };
}

/** The command is slow under valgrind, and makes its call itself if the server is slow as well. */
async function served(line: string) {
  for (;;) {
    const result = await valgrind(line);
    if ((await valgrind('whmapi1 --version --verbose')).stdout.includes('whmapi1d')) return result;
  }
}

describeNative('the native command has no mistakes with memory', () => {
  itWith(['valgrind'], 'with a server', async () => {
    const server = await startServer(folder.state);
    await until(async () => (await valgrind('whmapi1 --version --verbose')).stdout.includes('whmapi1d'));
    expect(await served('whmapi1 --output=json version')).toMatchObject({ status: 0, stderr: '' });
    expect(await served('whmapi1 applist')).toMatchObject({ status: 0, stderr: '' });
    expect(await served('whmapi1 twofactorauth_set_tfa_config')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('--help') as string,
    });
    expect(await served('echo "{}" | whmapi1 --input=json version')).toMatchObject({ status: 0, stderr: '' });
    expect(await served('whmapi1 --file issuer=- twofactorauth_set_issuer </dev/zero')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('larger than 64 MiB') as string,
    });
    expect((await served('whmapi1 applist | head -c 3')).stdout).toContain('---');
    expect(await served('whmapi1 applist >/dev/full')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('ENOSPC') as string,
    });
    await served('whmapi1 applist >&- 2>&- <&-');
    // It does not take this call.
    expect(await valgrind('whmapi1 nosuch')).toMatchObject({ status: 1 });
    await server.stop();
  });

  itWith(['valgrind'], 'without a server', async () => {
    expect(await valgrind('whmapi1 version')).toMatchObject({ status: 0, stderr: '' });
    expect(await valgrind('whmapi1 --help')).toMatchObject({ status: 0, stderr: '' });
    expect(await valgrind('whmapi1')).toMatchObject({ stderr: expect.any(String) as string });
    // The program in Node decides about such a path.
    await valgrind('whmapi1 version', { WHMAPI1_STATE_DIR: `${folder.path}/a/../state` });
  });

  const servers: Record<string, [status: number, (socket: Socket) => void]> = {
    'is silent': [0, () => undefined],
    'ends at once': [0, (socket) => socket.end()],
    'sends half of a frame': [0, (socket) => socket.write(frame('A').subarray(0, 3))],
    'sends other bytes': [0, (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
  };
  for (const [what, [status, answer]] of Object.entries(servers)) {
    itWith(['valgrind'], `with a server that ${what}`, async () => {
      mkdirSync(folder.state, { mode: 0o700 });
      const sockets: Socket[] = [];
      const server = createServer((socket) => {
        sockets.push(socket.on('error', () => undefined));
        socket.once('data', () => answer(socket));
      }).listen(join(folder.state, 'command.sock'));
      await once(server, 'listening');
      expect(await valgrind('whmapi1 version')).toMatchObject({ status, stderr: '' });
      for (const socket of sockets) socket.destroy();
      server.close();
    });
  }
});
