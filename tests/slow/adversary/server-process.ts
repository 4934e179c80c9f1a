// The built server as a separate process, with a state directory of a test.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const top = resolve(__dirname, '../../..');

export interface ServerProcess {
  readonly child: ChildProcess;
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Over plain HTTP on a free port of 127.0.0.1. `through` is a command that gets the program as further arguments.
 * `more` are further options.
 */
export async function startServer(
  environment: Readonly<Record<string, string | undefined>>,
  through: readonly string[] = [],
  more: readonly string[] = [],
): Promise<ServerProcess> {
  if (!existsSync(resolve(top, 'dist/whmapi1d.cjs'))) throw new Error('Run `npm run build` first.');
  const [command = '', ...words] = [
    ...through,
    resolve(top, 'bin/whmapi1d'),
    ...['--port', '0', '--http-port', '0', '--log-level', 'fatal'],
    ...more,
  ];
  const child = spawn(command, words, {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (bytes: Buffer) => (complaint += bytes.toString()));
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const url = await new Promise<string>((ready, fail) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, address] = /^listening (http:\S+)$/.exec(line) ?? [];
      if (address !== undefined) ready(address);
    });
    void ended.then(() => fail(new Error(`The server ended: ${complaint}`)));
  });
  return {
    child,
    url,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
