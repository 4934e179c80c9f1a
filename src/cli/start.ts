// The process: real streams, the real environment, the exit status. `bin/whmapi1` runs this.
import { fstatSync, readFileSync, writeSync } from 'node:fs';
import { main } from './main.ts';
import { WriteError, type Io, type Output } from './io.ts';

const STDOUT = 1;
const STDERR = 2;

const io: Io = {
  stdout: outputTo(STDOUT),
  stderr: outputTo(STDERR),
  environment: process.env,
  readStdin: () => readFileSync(0),
  readFile: (path) => readFileSync(path),
};

main(process.argv.slice(2), io).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    process.exitCode = 1;
    // What can't be written to standard error can't be told to anybody.
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
      // node:tty takes milliseconds to load, and only a character device can be a terminal: not a pipe, not a
      // file, and of the devices not those of major number 1, such as /dev/null.
      const stats = fstatSync(descriptor);
      if (!stats.isCharacterDevice() || stats.rdev >> 8 === 1) return false;
      return process.getBuiltinModule('node:tty').isatty(descriptor);
    },
  };
}

/** process.stdout would load streams and may lose what is pending at the end; this is done when it returns. */
function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException;
      if (code !== 'EAGAIN') throw new WriteError(code, message);
      // A pipe that somebody set to non-blocking is full: wait for its reader.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
