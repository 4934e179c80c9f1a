// A terminal of its own for a test: streams in memory, a real state directory, and real files to read.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../src/cli/main.ts';
import type { Output } from '../../src/cli/io.ts';

export interface Printed {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Terminal {
  readonly directory = mkdtempSync(join(tmpdir(), 'whmapi1-terminal-'));
  /** What standard input holds; undefined where reading it fails. */
  stdin: string | Uint8Array | undefined = '';
  /** The streams that a person sees; the others are pipes. */
  seen: readonly ('stdout' | 'stderr')[] = [];
  /** The streams whose reader has gone. */
  closed: readonly ('stdout' | 'stderr')[] = [];
  environment: Record<string, string | undefined> = { WHMAPI1_STATE_DIR: join(this.directory, 'state') };

  /** Types a command line, without the program's name. */
  async run(...argv: string[]): Promise<Printed> {
    const printed = { stdout: '', stderr: '' };
    const output = (name: 'stdout' | 'stderr'): Output => ({
      write: (text) => {
        if (this.closed.includes(name)) throw systemError('EPIPE', 'broken pipe, write');
        printed[name] += text;
      },
      isTerminal: () => this.seen.includes(name),
    });
    const status = await main(argv, {
      stdout: output('stdout'),
      stderr: output('stderr'),
      environment: this.environment,
      readStdin: () => {
        if (this.stdin === undefined) throw systemError('EIO', 'i/o error, read');
        return Buffer.from(this.stdin);
      },
      readFile: (path) => readFileSync(path),
    });
    return { status, ...printed };
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

function systemError(code: string, text: string): Error {
  return Object.assign(new Error(`${code}: ${text}`), { code });
}
