// A process that runs tasks of test kinds on a state directory: `STATE FILE [due]`. Their work is appended to FILE, one
// line each: EVENT ID PROCESS TIME. With `due`, the process ends when no task is due, otherwise on SIGTERM.
import { appendFileSync, existsSync } from 'node:fs';
import { createApplication } from '../../src/app/app.ts';
import { notFound } from '../../src/core/errors.ts';
import { defineTask, type TaskContext } from '../../src/core/task.ts';
import { StateDirectory } from '../../src/store/state-directory.ts';
import { TaskLogFiles } from '../../src/store/task-logs.ts';
import { Worker } from '../../src/worker/worker.ts';

const [state = '', file = '', mode = ''] = process.argv.slice(2);
const note = (event: string, { id }: TaskContext) =>
  appendFileSync(file, `${event} ${id} ${process.pid} ${Date.now()}\n`);

interface Steps {
  readonly steps: number;
  readonly ms: number;
  /** A step that does not end before the file FILE.open exists. */
  readonly gate?: number;
}

const pause = (ms: number) => new Promise((resume) => setTimeout(resume, ms));

async function work({ steps, ms, gate }: Steps, context: TaskContext): Promise<{ steps: number }> {
  note('begin', context);
  for (let step = 0; step < steps; step++) {
    context.progress((100 * step) / steps, `Step ${step} of ${steps}.`);
    context.log(`step ${step}`);
    await pause(ms);
    while (step === gate && !existsSync(`${file}.open`) && !context.signal.aborted) await pause(20);
    if (context.signal.aborted) note('stop', context);
    context.signal.throwIfAborted();
  }
  note('end', context);
  return { steps };
}

const kinds = {
  sturdy: defineTask<Steps>({ description: 'Work.', whenInterrupted: 'retry', run: work }),
  fragile: defineTask<Steps>({ description: 'Work.', whenInterrupted: 'fail', run: work }),
  alone: defineTask<Steps>({ description: 'Work.', whenInterrupted: 'retry', runsAlone: true, run: work }),
  wordy: defineTask({
    description: 'Write a lot.',
    whenInterrupted: 'fail',
    run: async (_input, { log }) => {
      log('red: \u001b[31m\nred');
      for (let line = 0; line < 30_000; line++) log(`${line} ${'x'.repeat(100)}`);
      return undefined;
    },
  }),
  refused: defineTask({
    description: 'Fail as expected.',
    whenInterrupted: 'fail',
    retries: { count: 2, delayMs: 100 },
    run: async (_input, context) => {
      note('begin', context);
      throw notFound('There is no such thing.');
    },
  }),
  broken: defineTask({
    description: 'Fail unexpectedly.',
    whenInterrupted: 'fail',
    run: async () => {
      throw new Error('s3cret');
    },
  }),
  caller: defineTask({
    description: 'Make a call.',
    whenInterrupted: 'fail',
    run: async (_input, { call }) => (await call({ command: 'version', args: [] })).metadata.result,
  }),
};

const application = createApplication(
  { ...process.env, WHMAPI1_STATE_DIR: state },
  { livesLong: mode === '' },
);
const { engine } = application;
const worker = new Worker({
  engine,
  storeState: () => application.storeState(),
  kinds: Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [name, async () => ({ default: kind })]),
  ),
  logs: new TaskLogFiles(new StateDirectory(state, process.getuid?.() ?? 0), engine.now),
});
process.once('SIGTERM', () => void worker.close().then(() => application.close()));
if (mode === 'due') {
  await worker.runDue();
  application.close();
} else {
  worker.start();
  console.log('ready');
}
