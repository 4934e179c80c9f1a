// Progress on standard error: a bar if that is a terminal.
import { SingleBar } from 'cli-progress';
import { visible } from '../core/quote.ts';
import type { Task } from '../administration/tasks.ts';
import { writeStderr, type Io } from './io.ts';

/** The progress of a run over many servers. Not shown without a terminal. */
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
  const bar = createBar(io, {
    format: '{bar} {value}/{total} servers, {failures} failed, {duration_formatted}',
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

/** The progress of a task. Without a terminal, a line for each change. */
interface TaskProgress {
  show(task: Task): void;
  /** Makes room for other lines. */
  end(): void;
}

/** The minimum progress between two lines, in percent, so that a log stays short. */
const STEP = 10;

export function taskProgress(io: Io): TaskProgress {
  return io.stderr.isTerminal() ? barOfTask(io) : linesOfTask(io);
}

function barOfTask(io: Io): TaskProgress {
  const columns = io.stderr.size?.()?.columns ?? 80;
  const room = Math.max(10, columns - 40);
  const bar = createBar(io, { format: '{bar} {percentage}% {text}', barsize: 24 }, columns);
  let isStarted = false;
  return {
    show: (task) => {
      const text = textOf(task);
      const payload = { text: text.length > room ? `${text.slice(0, room - 1)}…` : text };
      if (!isStarted) bar.start(100, task.progress, payload);
      isStarted = true;
      bar.update(task.progress, payload);
    },
    end: () => {
      if (isStarted) bar.stop();
      isStarted = false;
    },
  };
}

function linesOfTask(io: Io): TaskProgress {
  let last = { state: '', step: -1 };
  return {
    show: (task) => {
      const now = { state: task.state, step: Math.floor(task.progress / STEP) };
      if (now.state === last.state && now.step === last.step) return;
      last = now;
      writeStderr(io, `task ${task.id} (${task.kind}): ${task.progress}% ${textOf(task)}\n`);
    },
    end: () => undefined,
  };
}

function textOf({ state, activity, reason }: Task): string {
  if (state === 'running') return activity === '' ? 'running' : visible(activity);
  return reason === '' ? state : `${state}: ${visible(reason)}`;
}

function createBar(io: Io, look: { readonly format: string; readonly barsize?: number }, columns = 80) {
  const stream = {
    isTTY: true,
    columns,
    write: (text: string) => {
      writeStderr(io, text);
      return true;
    },
  };
  return new SingleBar({
    ...look,
    stream: stream as unknown as NodeJS.WritableStream,
    clearOnComplete: true,
    hideCursor: false,
    linewrap: null,
    noTTYOutput: false,
    gracefulExit: false,
  });
}
