// Delivers the mail that an account or a mailbox has sent while it was held.
import { defineStep } from '../../../../../core/plan.ts';
import { heldQueue } from '../held-queues.ts';
import { deliverDeferred, releaseHeld } from '../held.ts';

interface Input {
  readonly username: string;
  /** Only that of one mailbox. */
  readonly address?: string;
}

export default defineStep<Input>({
  kind: 'exim/release',
  irreversible: 'piecemeal',
  describe: ({ username, address }) => `Deliver the held mail of “${address ?? username}”.`,
  async apply(machine, { input: { username, address } }) {
    await releaseHeld(machine, heldQueue(username, address));
    if (address === undefined) await deliverDeferred(machine, username);
  },
});
