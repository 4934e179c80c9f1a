// Held mail follows an account or a mailbox that gets another name, by which its queue is called.
import { defineStep } from '../../../../../core/plan.ts';
import { moveHeld } from '../held.ts';

interface Input {
  /** Each queue, and what it is called afterwards. */
  readonly queues: readonly (readonly [from: string, to: string])[];
}

export default defineStep<Input>({
  kind: 'exim/move-queues',
  describe: () => 'Keep the held mail under the new name.',
  async apply(machine, { input: { queues } }) {
    for (const [from, to] of queues) await moveHeld(machine, from, to);
  },
  async undo(machine, { input: { queues } }) {
    for (const [from, to] of queues) await moveHeld(machine, to, from);
  },
});
