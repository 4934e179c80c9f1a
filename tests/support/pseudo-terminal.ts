// A program on its own terminal (script(1) creates it), into which a test types.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';

/** How long a program may take to show what a test waits for. */
const LIMIT_MS = 60_000;

export class PseudoTerminal {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #shown = '';
  /** Where the part begins for which no `until` has waited yet. */
  #seen = 0;

  /** `command` is a line for sh. */
  constructor(command: string, env: NodeJS.ProcessEnv = {}, cwd = '/') {
    this.#child = spawn('script', ['-qefc', `stty cols 160 rows 60 -echo; ${command}`, '/dev/null'], {
      cwd,
      env: {
        PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
        ...{ TERM: 'xterm', LANG: 'C.UTF-8', SHELL: '/bin/sh', HOME: '/dev/null' },
        ...env,
      },
    });
    this.#closed = once(this.#child, 'close');
    this.#child.stdout?.on('data', (bytes: Buffer) => (this.#shown += bytes.toString()));
  }

  /** The whole output, with plain line breaks. */
  get shown(): string {
    return this.#shown.replaceAll('\r', '');
  }

  /** The output until this text appeared, since the last wait. */
  async until(text: string, limitMs = LIMIT_MS): Promise<string> {
    const end = Date.now() + limitMs;
    for (;;) {
      const at = this.shown.indexOf(text, this.#seen);
      if (at >= 0) {
        const part = this.shown.slice(this.#seen, at + text.length);
        this.#seen = at + text.length;
        return part;
      }
      if (Date.now() > end) throw new Error(`No ${JSON.stringify(text)} in ${JSON.stringify(this.shown)}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** The exit status of the command. */
  async status(): Promise<number | null> {
    await this.#closed;
    return this.#child.exitCode;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill('SIGKILL');
    await this.#closed;
  }
}
