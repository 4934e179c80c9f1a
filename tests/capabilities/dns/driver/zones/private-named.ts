// A named for tests: a process on free ports of 127.0.0.1, whose files are below a sandbox. It is ended by its process
// ID.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kill, pid } from 'node:process';
import { sandboxMachine } from '../../../../../src/machine/choose.ts';
import { processesOf } from '../../../../../src/machine/processes.ts';
import { announceOwnProcess } from '../../../../../src/machine/services/own-process.ts';
import type { BindServer } from '../../../../../src/capabilities/dns/driver/zones/bind/control.ts';
import { freePort } from '../../../../support/free-port.ts';
import { until } from '../../../../support/until.ts';

export class PrivateNamed {
  readonly machine: ReturnType<typeof sandboxMachine>;
  readonly server: BindServer;
  readonly #controlPort: number;
  /** Its own, so that only this named answers: two of them can listen on the same port, and neither says so. */
  readonly #key = `key "rndc-key" { algorithm hmac-sha256; secret "${randomBytes(32).toString('base64')}"; };`;
  #process: ChildProcess | undefined;

  private constructor(
    readonly folder: string,
    port: number,
    controlPort: number,
  ) {
    this.machine = sandboxMachine(folder, () => Date.now());
    this.#controlPort = controlPort;
    this.server = {
      address: '127.0.0.1',
      port,
      rndcConfig: '/etc/bind/rndc.conf',
      configuration: '/etc/bind/named.conf',
      isPrivate: true,
    };
  }

  /**
   * @param further statements: inside its `options` and outside; and a state directory whose sandbox contains its
   * files.
   */
  static async start({
    options = '',
    more = '',
    folder = mkdtempSync(join(tmpdir(), 'whmapi1-named-')),
  } = {}): Promise<PrivateNamed> {
    const named = new PrivateNamed(folder, await freePort(), await freePort());
    for (const folder of ['etc/bind', 'var/lib/bind', 'var/cache/bind']) {
      mkdirSync(named.path(`/${folder}`), { recursive: true });
    }
    writeFileSync(named.path('/etc/bind/named.conf.local'), '// Made by hand.\n');
    writeFileSync(
      named.path('/etc/bind/rndc.conf'),
      `${named.#key} options { default-key "rndc-key"; default-server 127.0.0.1; default-port ${named.#controlPort}; };\n`,
    );
    named.configure({ options, more });
    await named.resume();
    return named;
  }

  /** For the next start. @param further statements, as in `start`. */
  configure({ options = '', more = '' }): void {
    writeFileSync(
      this.path('/etc/bind/named.conf'),
      `options {
        directory "${this.path('/var/cache/bind')}";
        pid-file none; session-keyfile none;
        listen-on port ${this.server.port} { 127.0.0.1; }; listen-on-v6 { none; };
        recursion no; dnssec-validation no; notify-delay 0;
        ${options}
      };
      ${this.#key}
      ${more}
      controls { inet 127.0.0.1 port ${this.#controlPort} allow { 127.0.0.1; } keys { "rndc-key"; }; };
      include "${this.path('/etc/bind/named.conf.local')}";\n`,
    );
  }

  /** Returns where a path of its machine is. */
  path(path: string): string {
    return join(this.folder, 'root', path);
  }

  text(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  /** Makes it the server of its sandbox, like `whmapi1 --sandbox-services`. */
  announce(): void {
    const { address, port } = this.server;
    const own = processesOf({ kill, pid }).own();
    const services = join(this.folder, 'sandbox-services');
    announceOwnProcess(services, 'named.service', { address, port, process: own });
  }

  /** Starts it again after `stop`. */
  async resume(): Promise<void> {
    const words = [
      '-f',
      '-4',
      '-n',
      '1',
      '-c',
      this.path('/etc/bind/named.conf'),
      '-L',
      join(this.folder, 'log'),
    ];
    const child = spawn('named', words, { stdio: 'ignore', env: { PATH: '/usr/sbin:/usr/bin' } });
    this.#process = child;
    const log = () => this.#log().join('\n');
    const hasEnded = () => (this.#process?.exitCode ?? this.#process?.signalCode ?? null) !== null;
    await until(() => {
      if (hasEnded()) throw new Error(`named did not start: ${log()}`);
      return this.rndc('status') === 0;
    }, 'named answered');
    // A test would only see that rndc is not answered.
    child.once('close', (status, signal) => {
      if (this.#process === child) console.error(`named has ended: ${signal ?? status}. ${log()}`);
    });
  }

  #log(): string[] {
    const path = join(this.folder, 'log');
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGCONT');
    child.kill('SIGKILL');
    await once(child, 'close');
  }

  async close(): Promise<void> {
    await this.stop();
    // Why named closed a connection of rndc, which is not told.
    const refusals = this.#log().filter((line) => /invalid command|assertion|critical/.test(line));
    if (refusals.length > 0) console.error(refusals.join('\n'));
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Returns the status of an rndc command. */
  rndc(...words: string[]): number | null {
    return spawnSync('rndc', ['-c', this.path('/etc/bind/rndc.conf'), ...words]).status;
  }

  /** Returns the response to another client: the status, or the records. */
  dig(name: string, type: string, ...words: string[]): string {
    const { stdout } = spawnSync(
      'dig',
      [
        `-p${this.server.port}`,
        '@127.0.0.1',
        '+noall',
        '+comments',
        '+answer',
        '+time=10',
        '+tries=3',
        name,
        type,
        ...words,
      ],
      { encoding: 'utf8' },
    );
    const [, status = 'no answer'] = /status: (\w+)/.exec(stdout) ?? [];
    if (status !== 'NOERROR') return status;
    const records = stdout.split('\n').filter((line) => line !== '' && !line.startsWith(';'));
    return records.map((line) => line.split(/\s+/).slice(4).join(' ')).join('\n');
  }
}
