// Ends the pause of an account’s websites. `username`: the name that the account had when the pause began.
import { defineStep } from '../../../../../core/plan.ts';
import { endPause, pause } from '../pauses.ts';

interface Input {
  readonly username: string;
}

export default defineStep<Input>({
  kind: 'virtual-hosts/end-pause',
  describe: ({ username }) => `End the pause of the websites of “${username}”.`,
  apply: (machine, { input: { username } }) => endPause(machine, username),
  undo: (machine, { input: { username } }) => pause(machine, username),
});
