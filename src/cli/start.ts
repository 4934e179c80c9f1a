// The process with its real streams, environment and exit status. `bin/whmapi1` runs this.
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { main } from './main.ts';
import { MAX_INPUT_BYTES, WriteError, type Io, type Output } from './io.ts';

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;

const io: Io = {
  stdout: outputTo(STDOUT),
  stderr: outputTo(STDERR),
  environment: process.env,
  readStdin: () => readUpTo(STDIN, MAX_INPUT_BYTES + 1),
  readFile: (path) => {
    const descriptor = openSync(path, 'r');
    try {
      return readUpTo(descriptor, MAX_INPUT_BYTES + 1);
    } finally {
      closeSync(descriptor);
    }
  },
  showManualPage: (path) => {
    const { spawnSync } = process.getBuiltinModule('node:child_process');
    const { status, signal } = spawnSync('man', [path], { stdio: 'inherit' });
    // The user may leave the pager with Ctrl-C, which is not an error.
    return status === 0 || signal !== null;
  },
  showPaged: (program, words, text) => {
    const { spawnSync } = process.getBuiltinModule('node:child_process');
    const { error } = spawnSync(program, words, {
      input: text,
      stdio: ['pipe', 'inherit', 'inherit'],
      // Options for less: exit immediately if everything fits, show colours, and keep the text on the screen.
      env: { LESS: 'FRX', ...process.env },
    });
    // EPIPE: the user left the pager before the end.
    return error === undefined || (error as NodeJS.ErrnoException).code === 'EPIPE';
  },
  get ask() {
    const isThere = [STDIN, STDERR].every((descriptor) => outputTo(descriptor).isTerminal());
    if (!isThere) return undefined;
    return async (question: string, isSecret: boolean) => (await import('./ask.ts')).ask(question, isSecret);
  },
};

main(process.argv.slice(2), io).then(
  (status) => {
    // Everything is written. Exiting now skips the cleanup and background work of Node and V8.
    process.exit(status);
  },
  (error: unknown) => {
    process.exitCode = 1;
    // There is no other place to report this.
    if (error instanceof WriteError) return;
    const reason = error instanceof Error ? error.message : String(error);
    writeAll(STDERR, `whmapi1: an unexpected error occurred: ${reason}\n`);
  },
);

function outputTo(descriptor: number): Output {
  return {
    write: (text) => {
      writeAll(descriptor, text);
    },
    isTerminal: () => {
      // node:tty takes milliseconds to load, so it is loaded only for possible terminals. Only a character device can
      // be a terminal, not a pipe or a file. Devices with the major number 1, such as /dev/null, are not terminals
      // either.
      const stats = fstatSync(descriptor);
      if (!stats.isCharacterDevice() || stats.rdev >> 8 === 1) return false;
      return process.getBuiltinModule('node:tty').isatty(descriptor);
    },
    size: () => {
      const { isatty, WriteStream } = process.getBuiltinModule('node:tty');
      if (!isatty(descriptor)) return undefined;
      const { columns, rows } = new WriteStream(descriptor);
      return columns > 0 && rows > 0 ? { columns, rows } : undefined;
    },
  };
}

/** Reads no more than necessary, because a device such as /dev/zero has no end. */
function readUpTo(descriptor: number, most: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (let total = 0; total < most;) {
    const piece = Buffer.allocUnsafe(Math.min(65_536, most - total));
    let count: number;
    try {
      count = readSync(descriptor, piece);
    } catch (error) {
      if ((error as { code?: string }).code !== 'EAGAIN') throw error;
      pause();
      continue;
    }
    if (count === 0) break;
    pieces.push(piece.subarray(0, count));
    total += count;
  }
  return Buffer.concat(pieces);
}

/** Another process has set the stream to non-blocking: wait until its reader has read something. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}

/** Everything is written when this returns. process.stdout would load streams, and may lose pending output at exit. */
function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException;
      if (code !== 'EAGAIN') throw new WriteError(code, message);
      pause();
    }
  }
}
