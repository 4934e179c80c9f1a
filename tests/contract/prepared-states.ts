// State directories in which calls have already been made. The examples of hundreds of functions begin with the same
// few calls. Each series of calls is made once, and each test that needs it gets a copy.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SetUp } from '../../src/core/define.ts';
import { setUpWords } from '../support/set-up-call.ts';
import { Terminal } from '../support/terminal.ts';

export class PreparedStates {
  readonly #directory = mkdtempSync(join(tmpdir(), 'whmapi1-prepared-'));
  readonly #states = new Map<string, Promise<string>>();

  /** @returns a terminal with its own state directory, in which these calls have been made. */
  async terminalAfter(calls: readonly SetUp[]): Promise<Terminal> {
    return copyOf(await this.#stateAfter(calls));
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #stateAfter(calls: readonly SetUp[]): Promise<string> {
    const key = JSON.stringify(calls);
    const state = this.#states.get(key) ?? this.#make(calls);
    this.#states.set(key, state);
    return state;
  }

  async #make(calls: readonly SetUp[]): Promise<string> {
    const last = calls.at(-1);
    const terminal = last === undefined ? new Terminal() : await this.terminalAfter(calls.slice(0, -1));
    // A call that reads creates the store.
    const words = await setUpWords(last ?? 'listpkgs');
    expect((await terminal.run('--output=json', ...words)).stdout).toContain('"result":1');
    const path = mkdtempSync(join(this.#directory, 'state-'));
    cpSync(stateOf(terminal), path, { recursive: true });
    terminal.remove();
    return path;
  }
}

function copyOf(state: string): Terminal {
  const terminal = new Terminal();
  cpSync(state, stateOf(terminal), { recursive: true });
  return terminal;
}

function stateOf(terminal: Terminal): string {
  return terminal.environment.WHMAPI1_STATE_DIR ?? '';
}
