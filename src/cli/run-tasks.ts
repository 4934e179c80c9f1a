// whmapi1 --run-tasks: runs the tasks that are due, for servers on which whmapi1d is not running.
import { createApplication } from '../app/app.ts';
import { visible } from '../core/quote.ts';
import { createWorker } from '../administration/tasks.ts';
import { writeStderr, type Io } from './io.ts';
import { reportFailure } from './report-failure.ts';

/** How long tasks may take to end after SIGTERM or SIGINT. */
const TIMEOUT_MS = 10_000;

/** @returns the exit status: 0 if every task that was run is done. */
export async function runTasks(io: Io): Promise<number> {
  let status = 0;
  try {
    const application = createApplication(io.environment);
    const worker = createWorker(application, io.environment, {
      onEnd: ({ id, kind }, ending) => {
        const why = ending.state === 'done' || ending.state === 'idle' ? '' : `: ${visible(ending.reason)}`;
        const what = ending.state === 'waiting' ? 'will be retried' : ending.state;
        io.stdout.write(`task ${id} (${kind}) ${what}${why}\n`);
        if (ending.state !== 'done') status = 1;
      },
      onTrouble: (error) =>
        writeStderr(io, `whmapi1: ${error instanceof Error ? visible(error.message) : String(error)}\n`),
    });
    const isInterrupted = new Promise<'interrupted'>((interrupt) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const)
        process.once(signal, () => interrupt('interrupted'));
    });
    try {
      if ((await Promise.race([worker.runDue(), isInterrupted])) === 'interrupted') {
        status = 1;
        writeStderr(io, 'whmapi1: interrupted. Tasks that can be restarted return to the queue.\n');
        const limit = new Promise((resume) => setTimeout(resume, TIMEOUT_MS));
        await Promise.race([worker.close(), limit]);
      }
    } finally {
      application.close();
    }
  } catch (error) {
    return reportFailure(error, io);
  }
  return status;
}
