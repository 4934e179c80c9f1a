// Runs tasks of some kinds that are due, as a running server does.
import { StateDirectory } from '../../src/store/state-directory.ts';
import { TaskLogFiles } from '../../src/store/task-logs.ts';
import { taskKinds } from '../../src/capabilities/tasks.generated.ts';
import { Worker } from '../../src/worker/worker.ts';
import type { Installation } from './installation.ts';

export async function runTasks(
  { engine, application, state }: Installation,
  ...names: (keyof typeof taskKinds)[]
): Promise<void> {
  const logs = new TaskLogFiles(new StateDirectory(state, process.getuid?.() ?? 0), () => engine.now());
  const kinds = Object.fromEntries(names.map((name) => [name, taskKinds[name]])) as typeof taskKinds;
  await new Worker({ engine, storeState: () => application.storeState(), kinds, logs }).runDue();
}
