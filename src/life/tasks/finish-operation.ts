// Finishes a call that can no longer be taken back, and could not finish itself: the removal of an account or a database.
import { defineTask } from '../../core/task.ts';

interface Input {
  /** In the journal. */
  readonly operation: number;
  /** The kind of change, for people: `remove-account`. */
  readonly change: string;
}

export default defineTask<Input>({
  description: 'Finish a call that can no longer be taken back.',
  whenInterrupted: 'retry',
  // For a week. Then the next call starts the task again.
  retries: { count: 10_080, delayMs: 60_000 },

  async run({ operation, change }, { finishOperation, log }) {
    for (const remark of await finishOperation(operation)) log(remark);
    return { finished: change };
  },
});
