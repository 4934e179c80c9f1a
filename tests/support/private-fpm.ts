// A PHP-FPM for tests: a process whose files are below a sandbox, with the rights of root, so that its pools run as their
// users. It is ended by its process ID.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { MachineServices } from '../../src/core/machine-daemons.ts';
import { poolSteps, type DesiredPools } from '../../src/capabilities/php/driver/php-pools/driver.ts';
import {
  baseSocket,
  mainFile,
  poolFolder,
  PROCESSES,
  processFile,
  SOCKETS,
} from '../../src/capabilities/php/driver/php-pools/places.ts';
import type { DriverMachine } from '../../src/ground/driver/step.ts';
import { sandboxMachine } from '../../src/machine/choose.ts';
import { until } from './until.ts';

const RELEASE = '8.4';

export class PrivateFpm {
  readonly folder = mkdtempSync(join(tmpdir(), 'fpm-'));
  readonly machine: DriverMachine;
  #process: ChildProcess | undefined;

  constructor() {
    const sandbox = sandboxMachine(this.folder, () => Date.now());
    const isActive = () => this.#process?.exitCode === null && this.#process.signalCode === null;
    const services = async (): Promise<MachineServices> => ({
      ...(await sandbox.services()),
      isSupported: true,
      state: () =>
        Promise.resolve({
          isInstalled: true,
          isEnabled: true,
          state: isActive() ? 'active' : 'inactive',
          log: [],
        }),
      mainProcess: () => Promise.resolve(isActive() ? { commandLine: () => this.#commandLine() } : undefined),
      reload: () => {
        this.#process?.kill('SIGUSR2');
        return Promise.resolve();
      },
    });
    this.machine = { files: sandbox.files, tools: sandbox.tools, services };
  }

  #commandLine(): Promise<string> {
    return readFile(`/proc/${this.#process?.pid}/cmdline`, 'utf8').catch(() => '');
  }

  async start(): Promise<void> {
    for (const path of [poolFolder(RELEASE), SOCKETS, PROCESSES, '/var/log']) {
      mkdirSync(this.path(path), { recursive: true });
    }
    this.write(
      mainFile(RELEASE),
      `[global]\npid = ${this.path(processFile(RELEASE))}\nerror_log = ${this.path('/var/log/fpm.log')}\ninclude = ${this.path(poolFolder(RELEASE))}/*.conf\n`,
    );
    await this.change([], false);
    const words = ['--nodaemonize', '--fpm-config', this.path(mainFile(RELEASE))];
    this.#process = spawn(`/usr/sbin/php-fpm${RELEASE}`, words, { stdio: 'ignore' });
    await until(() => existsSync(this.path(baseSocket(RELEASE))), 'the start of PHP-FPM');
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (child?.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      // The signal can be lost while PHP-FPM starts itself again to reload its files.
      const repeat = setInterval(() => child.kill('SIGTERM'), 1000);
      await ended;
      clearInterval(repeat);
    }
  }

  /** Changes the pools of accounts. */
  async change(accounts: DesiredPools['accounts'], isStarted = true): Promise<void> {
    const step = this.step(accounts);
    const machine = isStarted
      ? this.machine
      : { ...this.machine, services: sandboxMachine(this.folder, () => Date.now()).services };
    await step.apply(machine, await step.prepare(machine));
  }

  step(accounts: DesiredPools['accounts']) {
    return poolSteps(RELEASE).step('test', 'Test.', { release: RELEASE, accounts, hasBase: true });
  }

  path(path: string): string {
    return join(this.folder, 'root', path);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  log(): string {
    return readFileSync(this.path('/var/log/fpm.log'), 'utf8');
  }

  /** Requests a script through a socket, as the web server does. @returns the response without its headers. */
  async request(socket: string, script: string): Promise<string> {
    const answer = await askFastCgi(this.path(socket), {
      SCRIPT_FILENAME: script,
      DOCUMENT_ROOT: dirname(script),
      REQUEST_METHOD: 'GET',
      SERVER_PROTOCOL: 'HTTP/1.1',
    });
    return answer.slice(answer.indexOf('\r\n\r\n') + 4);
  }
}

const [BEGIN, END, PARAMS, STDIN, STDOUT] = [1, 3, 4, 5, 6] as const;

/** One request of FastCGI 1.0 as a responder. @returns its standard output. */
function askFastCgi(path: string, params: Readonly<Record<string, string>>): Promise<string> {
  const record = (type: number, content: Buffer) => {
    const head = Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 255, 0, 0]);
    return Buffer.concat([head, content]);
  };
  const pairs = Object.entries(params).map(([name, value]) => {
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32BE((name.length | 0x80000000) >>> 0, 0);
    lengths.writeUInt32BE((value.length | 0x80000000) >>> 0, 4);
    return Buffer.concat([lengths, Buffer.from(name + value)]);
  });
  return new Promise((done, fail) => {
    const socket = connect({ path });
    let received = Buffer.alloc(0);
    let output = '';
    socket.on('error', fail).on('close', () => done(output));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 8) {
        const length = received.readUInt16BE(4);
        const whole = 8 + length + (received[6] ?? 0);
        if (received.length < whole) return;
        if (received[1] === STDOUT) output += received.subarray(8, 8 + length).toString();
        if (received[1] === END) socket.end();
        received = received.subarray(whole);
      }
    });
    socket.write(
      Buffer.concat([
        record(BEGIN, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])),
        record(PARAMS, Buffer.concat(pairs)),
        record(PARAMS, Buffer.alloc(0)),
        record(STDIN, Buffer.alloc(0)),
      ]),
    );
  });
}
