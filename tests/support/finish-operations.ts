// Runs the tasks that finish calls which can no longer be taken back, and those that undo what calls could not, as a running
// server does.
import { createApplication } from '../../src/app/app.ts';
import { StateDirectory } from '../../src/store/state-directory.ts';
import { TaskLogFiles } from '../../src/store/task-logs.ts';
import { taskKinds } from '../../src/capabilities/tasks.generated.ts';
import { Worker } from '../../src/worker/worker.ts';

export async function finishOperations(state: string): Promise<void> {
  const application = createApplication({ WHMAPI1_STATE_DIR: state });
  try {
    const { engine } = application;
    const logs = new TaskLogFiles(new StateDirectory(state, process.getuid?.() ?? 0), () => Date.now());
    const kinds = {
      'finish-operation': taskKinds['finish-operation'],
      'undo-operation': taskKinds['undo-operation'],
    } as typeof taskKinds;
    await new Worker({ engine, storeState: () => application.storeState(), kinds, logs }).runDue();
  } finally {
    application.close();
  }
}
