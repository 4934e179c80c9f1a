// A user who calls other servers: a home directory, an environment, answers to prompts, and the printed output.
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { WriteError, type Output } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';
import type { Printed } from '../support/terminal.ts';

export const TOKEN = 'TOPSECRETTOKENOFTHETESTS';

export class Person {
  readonly home = mkdtempSync(join(tmpdir(), 'whmapi1-remote-'));
  environment: Record<string, string | undefined> = {
    HOME: this.home,
    PATH: process.env.PATH,
    WHMAPI1_STATE_DIR: join(this.home, 'state'),
    WHMAPI1_TOKEN: TOKEN,
  };
  stdin = '';
  seen: readonly ('stdout' | 'stderr')[] = [];
  broken: { readonly stdout?: string } = {};
  /** The typed lines, in this order. Without them there is no terminal. */
  answers: string[] | undefined;
  readonly questions: string[] = [];

  async run(...argv: string[]): Promise<Printed> {
    const printed = { stdout: '', stderr: '' };
    const output = (name: 'stdout' | 'stderr'): Output => ({
      write: (text) => {
        const code = name === 'stdout' ? this.broken.stdout : undefined;
        // As with a real pipe, writing nothing does not fail.
        if (code !== undefined && text !== '') throw new WriteError(code, `${code}: write`);
        printed[name] += text;
      },
      isTerminal: () => this.seen.includes(name),
    });
    const { answers, questions } = this;
    const ask = async (question: string) => {
      questions.push(question);
      const answer = answers?.shift();
      if (answer === undefined) throw new Error(`Nobody answers: ${question}`);
      return answer;
    };
    const status = await main(argv, {
      stdout: output('stdout'),
      stderr: output('stderr'),
      environment: this.environment,
      readStdin: () => Buffer.from(this.stdin),
      readFile: (path) => readFileSync(path),
      ...(answers === undefined ? {} : { ask }),
    });
    return { status, ...printed };
  }

  /** Writes a file under the home directory, by default readable only for its owner, and returns its path. */
  write(name: string, content: string, mode = 0o600): string {
    const path = join(this.home, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { mode });
    return path;
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}
