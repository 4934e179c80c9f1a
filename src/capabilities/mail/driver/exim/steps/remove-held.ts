// Removes messages that a mailbox has sent while it was held.
import { defineStep } from '../../../../../core/plan.ts';
import { heldQueue } from '../held-queues.ts';
import { removeHeld } from '../held.ts';

interface Input {
  readonly username: string;
  readonly address: string;
  /** The IDs of the messages. */
  readonly ids: readonly string[];
}

export default defineStep<Input>({
  kind: 'exim/remove-held',
  irreversible: 'piecemeal',
  describe: ({ address, ids }) => `Remove ${ids.length} held messages of “${address}”.`,
  apply: (machine, { input: { username, address, ids } }) =>
    removeHeld(machine, heldQueue(username, address), ids),
});
