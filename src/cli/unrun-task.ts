// A call from the command line has started a task, and no whmapi1d runs on this server.
import { TaskDesk } from '../administration/tasks.ts';
import { writeStderr, type Io } from './io.ts';
import { withDesk } from './with-desk.ts';

/** Says on standard error that nothing runs the task, and how to run it. Says nothing if whmapi1d is running. */
export async function tellIfUnrun(task: number, io: Io): Promise<void> {
  await withDesk(TaskDesk, io, async (desk) => {
    if (desk.isServerRunning()) return 0;
    writeStderr(
      io,
      `whmapi1: whmapi1d is not running, so nothing runs the task ${task} yet. “whmapi1 --wait ${task}” runs it and ` +
        `shows its progress, “whmapi1 --run-tasks” runs all tasks that are due.\n`,
    );
    return 0;
  });
}
