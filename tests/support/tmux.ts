// A real terminal of a given size (tmux): what a person types, and the screen as the person sees it.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWith } from './require-tool.ts';

/** `describe` if tmux is installed, otherwise the tests are skipped. */
export function describeOnScreen(what: string, tests: () => void): void {
  describeWith(['tmux'], what, tests);
}

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

export class Screen {
  readonly #folder = mkdtempSync(join(tmpdir(), 'whmapi1-tmux-'));

  /** Starts a separate server, so that other sessions are not affected. The whole environment is given. */
  constructor(command: string, { columns, rows }: ScreenSize, environment: Readonly<Record<string, string>>) {
    const given = Object.entries({ LANG: 'C.UTF-8', ...environment }).map(
      ([name, value]) => `${name}='${value}'`,
    );
    // tmux would pass some variables, such as PATH, as its own shell has them.
    const line = `exec env ${given.join(' ')} sh -c '${command.replaceAll("'", "'\\''")}'`;
    const size = ['-x', String(columns), '-y', String(rows)];
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-s', 'screen', ...size, line);
  }

  type(text: string): void {
    this.#tmux('send-keys', '-t', 'screen', '-l', text);
  }

  /** A key by its name in tmux: `Tab`, `Enter`, `C-u`, `q`. */
  press(key: string): void {
    this.#tmux('send-keys', '-t', 'screen', key);
  }

  /** The visible lines, without empty ones at the end. */
  lines(): string[] {
    return this.#tmux('capture-pane', '-p', '-t', 'screen').trimEnd().split('\n');
  }

  /** The screen once it matches, or its last state. */
  async until(isSo: (shown: string) => boolean): Promise<string> {
    const end = Date.now() + 60_000;
    let shown = '';
    while (Date.now() < end) {
      shown = this.lines().join('\n');
      if (isSo(shown)) return shown;
      await new Promise((done) => setTimeout(done, 20));
    }
    throw new Error(`The screen shows\n${shown}`);
  }

  stop(): void {
    spawnSync('tmux', ['-S', join(this.#folder, 'socket'), 'kill-server']);
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  #tmux(...words: string[]): string {
    const environment = { PATH: process.env.PATH, LANG: 'C.UTF-8', HOME: this.#folder, TERM: 'xterm' };
    return execFileSync('tmux', ['-S', join(this.#folder, 'socket'), ...words], {
      encoding: 'utf8',
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}
