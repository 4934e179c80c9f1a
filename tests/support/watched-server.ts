// The built server for a state directory, whose pauses and memory can be asked for.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const program = resolve(__dirname, '../../bin/whmapi1d');

export interface Seen {
  /** The longest time, in milliseconds, in which the event loop did nothing else. */
  readonly pauseMs: number;
  /** The most memory since the last look, in MiB: of the server, and of all its other processes. */
  readonly mebibytes: number;
  readonly beside: number;
}

/** Tells on SIGUSR2 how long the longest round of the event loop was, and begins anew. */
const TELL = `
  if (process.argv[1]?.endsWith('whmapi1d')) {
    const { monitorEventLoopDelay } = require('node:perf_hooks');
    const { readFileSync, renameSync, writeFileSync } = require('node:fs');
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const worked = () =>
      Number(readFileSync('/proc/self/task/' + process.pid + '/schedstat', 'latin1').split(' ')[0]);
    let before = worked();
    process.on('SIGUSR2', () => {
      // On a busy machine, the thread also waits for its turn.
      writeFileSync(process.env.TOLD + '.new', String(Math.min(delay.max, worked() - before) / 1e6));
      delay.reset();
      before = worked();
      renameSync(process.env.TOLD + '.new', process.env.TOLD);
    });
  }`;

export class WatchedServer {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #told: string;

  private constructor(child: ChildProcess, url: string, told: string) {
    this.#child = child;
    this.url = url;
    this.#told = told;
  }

  static async start(
    state: string,
    folder: string,
    env: Readonly<Record<string, string>>,
  ): Promise<WatchedServer> {
    mkdirSync(folder, { recursive: true });
    const tell = join(folder, 'tell.cjs');
    const told = join(folder, 'told');
    writeFileSync(tell, TELL);
    const child = spawn(program, ['--port=0', '--http-port=0', '--no-tasks', '--log-level=warn'], {
      env: {
        PATH: `${dirname(process.execPath)}:${process.env.PATH ?? '/usr/bin:/bin'}`,
        HOME: '/dev/null/whmapi1',
        WHMAPI1_STATE_DIR: state,
        NODE_OPTIONS: `--require=${tell}`,
        TOLD: told,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const [, url] = /^listening (http:\S+)/.exec(line) ?? [];
      if (url !== undefined) return new WatchedServer(child, url, told);
    }
    throw new Error('The server ended at once.');
  }

  /** What was seen since the last look. */
  async look(): Promise<Seen> {
    const pid = this.#child.pid ?? 0;
    const others = childrenOf(pid);
    const mebibytes = peakOf(pid);
    const beside = others.reduce((sum, one) => sum + peakOf(one), 0);
    rmSync(this.#told, { force: true });
    this.#child.kill('SIGUSR2');
    while (!existsSync(this.#told)) await pause(2);
    for (const one of [pid, ...others]) {
      if (existsSync(`/proc/${one}/clear_refs`)) writeFileSync(`/proc/${one}/clear_refs`, '5');
    }
    return { pauseMs: Number(readFileSync(this.#told, 'latin1')), mebibytes, beside };
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && fieldOf(Number(name), 'PPid') === pid)
    .map(Number);
}

const peakOf = (pid: number): number => fieldOf(pid, 'VmHWM') / 1024;

/** A number in /proc/PID/status. 0 if the process has ended. */
function fieldOf(pid: number, field: string): number {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'latin1');
    return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
