// `whmapi1 --sandbox-services` as a process, and the responses of its nameserver to other clients.
import { spawnSync, type ChildProcess } from 'node:child_process';
import { start, type Options, type Result } from './command.ts';

const DNS = /^DNS on port (\d+) of 127\.0\.0\.1: dig @127\.0\.0\.1 -p \1 /;

export class SandboxServices {
  readonly port: number;
  /** What it printed: a line for each server. */
  readonly lines: readonly string[];
  readonly #child: ChildProcess;
  readonly #done: Promise<Result>;

  private constructor(lines: readonly string[], child: ChildProcess, done: Promise<Result>) {
    const [, port] = DNS.exec(lines[0] ?? '') ?? [];
    this.port = Number(port);
    this.lines = lines;
    this.#child = child;
    this.#done = done;
  }

  /** Resolves once it reports where it listens. */
  static async start(options: Options): Promise<SandboxServices> {
    const { child, done } = start(['--sandbox-services'], options);
    const lines = await new Promise<string[]>((ready, fail) => {
      let text = '';
      child.stdout?.on('data', (bytes: Buffer) => {
        text += bytes.toString();
        if (DNS.test(text) && text.endsWith('\n')) ready(text.trimEnd().split('\n'));
      });
      void done.then(({ stderr }) => fail(new Error(`It ended: ${stderr}`)), fail);
    });
    return new SandboxServices(lines, child, done);
  }

  /** Ends it with a signal. Returns its result. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Result> {
    this.#child.kill(signal);
    return this.#done;
  }

  /** Waits until it ends by itself. Returns its result. */
  ended(): Promise<Result> {
    return this.#done;
  }

  dig(name: string, type: string, ...words: string[]): string {
    return dig(this.port, name, type, ...words);
  }
}

/** The status of a response without records, or the data of its records, one per line. */
function dig(port: number, name: string, type: string, ...words: string[]): string {
  const options = ['+noall', '+comments', '+answer', '+time=10', '+tries=3'];
  const { stdout } = spawnSync('dig', [`-p${port}`, '@127.0.0.1', ...options, name, type, ...words], {
    encoding: 'utf8',
  });
  const records = stdout.split('\n').filter((line) => line !== '' && !line.startsWith(';'));
  if (records.length > 0) return records.map((line) => line.split(/\s+/).slice(4).join(' ')).join('\n');
  const [, status] = /status: (\w+)/.exec(stdout) ?? [];
  if (status !== undefined && status !== 'NOERROR') return status;
  return stdout.includes('Transfer failed') ? 'Transfer failed' : '';
}

/** Waits until the condition is true. @throws after a minute. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (isSo()) return;
    await new Promise((resume) => setTimeout(resume, 100));
  }
  throw new Error(`It is not so after a minute: ${isSo.toString()}`);
}
