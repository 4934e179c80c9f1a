// Shows the progress of a run over many servers: a bar on standard error, if that is a terminal.
import { SingleBar } from 'cli-progress';
import { writeStderr, type Io } from './io.ts';

export interface Progress {
  /** Hides the bar, so that other lines can be written. The next `advance` shows it again. */
  hide(): void;
  advance(didFail: boolean): void;
  end(): void;
}

const nowhere: Progress = { hide: () => undefined, advance: () => undefined, end: () => undefined };

export function progressOf(total: number, io: Io): Progress {
  if (!io.stderr.isTerminal()) return nowhere;
  let failures = 0;
  const stream = {
    isTTY: true,
    columns: 80,
    write: (text: string) => {
      writeStderr(io, text);
      return true;
    },
  };
  const bar = new SingleBar({
    format: '{bar} {value}/{total} servers, {failures} failed, {duration_formatted}',
    stream: stream as unknown as NodeJS.WritableStream,
    clearOnComplete: true,
    hideCursor: false,
    linewrap: null,
    noTTYOutput: false,
    gracefulExit: false,
  });
  bar.start(total, 0, { failures });
  return {
    hide: () => writeStderr(io, '\r\x1b[K'),
    advance: (didFail) => {
      failures += didFail ? 1 : 0;
      bar.increment(1, { failures });
      bar.updateETA();
    },
    end: () => bar.stop(),
  };
}
