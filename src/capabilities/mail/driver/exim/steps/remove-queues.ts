// Removes the held mail of an account or of mailboxes that no longer exist. Nobody else would ever release it.
import { defineStep } from '../../../../../core/plan.ts';
import { removeHeld } from '../held.ts';

interface Input {
  readonly queues: readonly string[];
}

export default defineStep<Input>({
  kind: 'exim/remove-queues',
  irreversible: 'piecemeal',
  describe: () => 'Remove the mail that is still held.',
  async apply(machine, { input: { queues } }) {
    for (const queue of queues) await removeHeld(machine, queue);
  },
});
