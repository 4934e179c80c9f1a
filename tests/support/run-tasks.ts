// Runs tasks that are due, as a running server does.
import { StateDirectory } from '../../src/store/state-directory.ts';
import { TaskLogFiles } from '../../src/store/task-logs.ts';
import { taskKinds } from '../../src/capabilities/tasks.generated.ts';
import { Worker } from '../../src/worker/worker.ts';
import type { Installation } from './installation.ts';

/** @param names the kinds. Default: all. */
export async function runTasks(
  { engine, application, state }: Pick<Installation, 'engine' | 'application' | 'state'>,
  ...names: (keyof typeof taskKinds)[]
): Promise<TaskLogFiles> {
  const logs = new TaskLogFiles(new StateDirectory(state, process.getuid?.() ?? 0), () => engine.now());
  const chosen = Object.fromEntries(names.map((name) => [name, taskKinds[name]])) as typeof taskKinds;
  const kinds = names.length === 0 ? taskKinds : chosen;
  await new Worker({ engine, storeState: () => application.storeState(), kinds, logs }).runDue();
  return logs;
}
