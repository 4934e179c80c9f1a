// A simulated terminal for a test: streams in memory, a real state directory, and real files to read.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../src/cli/main.ts';
import { WriteError, type Output } from '../../src/cli/io.ts';
import type { AnyFunction, Example } from '../../src/core/define.ts';
import { exampleCommand } from '../../src/core/describe.ts';

export interface Printed {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Terminal {
  readonly directory = mkdtempSync(join(tmpdir(), 'whmapi1-terminal-'));
  /** The contents of standard input; undefined if reading it fails. */
  stdin: string | Uint8Array | undefined = '';
  /** The streams that are a terminal; the others are pipes. */
  seen: readonly ('stdout' | 'stderr')[] = [];
  /** True if someone could answer a question: standard input and standard error are a terminal. */
  isInteractive = false;
  /** What is typed at the next questions. */
  answers: string[] = [];
  /** The questions that were asked. */
  readonly questions: string[] = [];
  /** The size of the terminal; undefined if it is unknown. */
  size: { readonly columns: number; readonly rows: number } | undefined;
  /** The error for writing to a stream: `{ stdout: 'EPIPE' }` if its reader is gone. */
  broken: { readonly stdout?: string; readonly stderr?: string } = {};
  /** The manual pages that were shown; undefined if man(1) is not installed. */
  pages: string[] | undefined;
  /** The pager; undefined where there is none. */
  paged: ((program: string, words: readonly string[], text: string) => boolean) | undefined;
  environment: Record<string, string | undefined> = {
    WHMAPI1_STATE_DIR: join(this.directory, 'state'),
    // Nothing listens there: no test uses the network.
    WHMAPI1_RESOLVERS: '127.0.0.1:1',
  };

  /** Runs a command line, without the program’s name. */
  async run(...argv: string[]): Promise<Printed> {
    const printed = { stdout: '', stderr: '' };
    const output = (name: 'stdout' | 'stderr'): Output => ({
      write: (text) => {
        const code = this.broken[name];
        if (code !== undefined) throw new WriteError(code, `${code}: write`);
        printed[name] += text;
      },
      isTerminal: () => this.seen.includes(name),
      size: () => (this.seen.includes(name) ? this.size : undefined),
    });
    const status = await main(argv, {
      stdout: output('stdout'),
      stderr: output('stderr'),
      environment: this.environment,
      readStdin: () => {
        if (this.stdin === undefined) throw new Error('EIO: i/o error, read');
        return typeof this.stdin === 'string' ? Buffer.from(this.stdin) : this.stdin;
      },
      readFile: (path) => readFileSync(path),
      ...(this.isInteractive ? { ask: (question: string) => this.#answer(question) } : {}),
      showPaged: (program, words, text) => this.paged?.(program, words, text) === true,
      showManualPage: (path) => this.pages?.push(path) !== undefined,
    });
    return { status, ...printed };
  }

  #answer(question: string): Promise<string> {
    this.questions.push(question);
    const answer = this.answers.shift();
    return answer === undefined ? Promise.reject(new Error('Nobody answers.')) : Promise.resolve(answer);
  }

  /** Writes a file and returns its path. */
  write(name: string, content: string | Uint8Array): string {
    const path = join(this.directory, name);
    writeFileSync(path, content);
    return path;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** What a shell makes of examples. The file of a password is standard input. */
export function exampleWords(
  examples: readonly { readonly fn: AnyFunction; readonly example: Example }[],
): { words: string[]; stdin: string }[] {
  const commands = shellWords(examples.map(({ fn, example }) => exampleCommand(fn, example)));
  return commands.map(({ words, stdin }, at) => {
    const name = words
      .map((word) => /^(password|pass)=PATH$/.exec(word)?.[1])
      .find((one) => one !== undefined);
    if (name === undefined) return { words, stdin };
    const value = [examples[at]?.example.args[name] ?? []].flat().join('');
    return { words: words.map((word) => (word === `${name}=PATH` ? `${name}=-` : word)), stdin: value };
  });
}

/** The arguments and the standard input that a POSIX shell passes to the program for each of these lines. */
export function shellWords(commands: readonly string[]): { words: string[]; stdin: string }[] {
  const folder = mkdtempSync(join(tmpdir(), 'whmapi1-words-'));
  try {
    const program = String.raw`whmapi1() { { for word; do printf '%s\0' "$word"; done; printf '\0'; cat; } > "$at"; }`;
    const script = [program, ...commands.map((command, at) => `at=${at}\n${command}`)].join('\n');
    writeFileSync(join(folder, 'script'), script);
    execFileSync('sh', ['-e', 'script'], { cwd: folder, input: '' });
    return commands.map((_, at) => {
      const output = readFileSync(join(folder, String(at)), 'utf8');
      const end = output.indexOf('\0\0');
      return { words: output.slice(0, end).split('\0'), stdin: output.slice(end + 2) };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
