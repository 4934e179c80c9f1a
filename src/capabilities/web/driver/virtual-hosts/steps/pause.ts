// Has the websites of an account answer 503 until `end-pause`.
import { defineStep } from '../../../../../core/plan.ts';
import { endPause, pause } from '../pauses.ts';

interface Input {
  readonly username: string;
}

export default defineStep<Input>({
  kind: 'virtual-hosts/pause',
  describe: ({ username }) => `Let the websites of “${username}” answer 503 (Service Unavailable).`,
  apply: (machine, { input: { username } }) => pause(machine, username),
  undo: (machine, { input: { username } }) => endPause(machine, username),
});
