// The streams and files of a command, as far as the server has them: no output until it prints, and no input that was
// not asked for.
import { readFileSync } from 'node:fs';
import type { Io, Output } from '../cli/io.ts';
import type { CommandRequest } from './request.ts';

const closed: Output = {
  write: () => {
    throw new Error('Nothing is printed yet.');
  },
  isTerminal: () => false,
};

/**
 * The streams of a command that the server makes. The only files that it reads are the settings of the server.
 * @param needInput is called if the call reads standard input, and the command has not sent it yet.
 */
export function commandIo({ environment, input }: CommandRequest, needInput?: () => void): Io {
  return {
    stdout: closed,
    stderr: closed,
    environment,
    readStdin: () => {
      if (input !== undefined) return input;
      needInput?.();
      throw new Error('The command has not sent its standard input.');
    },
    readFile: (path) => readFileSync(path),
  };
}
