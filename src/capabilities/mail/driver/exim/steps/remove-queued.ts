// Removes what a removed account has sent and waits in the ordinary queue: nobody would be there for its reports, and a new
// account of this name would own it.
import { defineStep } from '../../../../../core/plan.ts';
import { removeQueued } from '../held.ts';

interface Input {
  readonly username: string;
}

export default defineStep<Input>({
  kind: 'exim/remove-queued',
  irreversible: 'piecemeal',
  describe: ({ username }) => `Remove the mail of “${username}” that waits to be delivered.`,
  apply: (machine, { input: { username } }) => removeQueued(machine, username),
});
