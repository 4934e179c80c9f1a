// Shows the progress of a task: a bar on a terminal, otherwise a line for each change.
import { SingleBar } from 'cli-progress';
import { visible } from '../core/visible.ts';
import type { Task } from '../administration/tasks.ts';
import { writeStderr, type Io } from './io.ts';

export interface TaskProgress {
  show(task: Task): void;
  /** Makes room for other lines. */
  end(): void;
}

/** The minimum progress between two lines, in percent, so that a log stays short. */
const STEP = 10;

export function taskProgress(io: Io): TaskProgress {
  return io.stderr.isTerminal() ? bar(io) : lines(io);
}

function bar(io: Io): TaskProgress {
  const columns = io.stderr.size?.()?.columns ?? 80;
  const stream = {
    isTTY: true,
    columns,
    write: (text: string) => {
      writeStderr(io, text);
      return true;
    },
  };
  const room = Math.max(10, columns - 40);
  const single = new SingleBar({
    format: '{bar} {percentage}% {text}',
    barsize: 24,
    stream: stream as unknown as NodeJS.WritableStream,
    clearOnComplete: true,
    hideCursor: false,
    linewrap: null,
    noTTYOutput: false,
    gracefulExit: false,
  });
  let isStarted = false;
  return {
    show: (task) => {
      const text = textOf(task);
      const payload = { text: text.length > room ? `${text.slice(0, room - 1)}…` : text };
      if (!isStarted) single.start(100, task.progress, payload);
      isStarted = true;
      single.update(task.progress, payload);
    },
    end: () => {
      if (isStarted) single.stop();
      isStarted = false;
    },
  };
}

function lines(io: Io): TaskProgress {
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
