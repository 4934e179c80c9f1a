// Ends the processes of a suspended user once more: until the daemons followed the suspension, they may have started some.
import { defineStep } from '../../../../../core/plan.ts';

export default defineStep<{ readonly name: string }>({
  kind: 'users/end-processes',
  describe: ({ name }) => `End the processes that the websites of “${name}” have started meanwhile.`,
  // The suspension is repeated, which ends the processes.
  apply: async (machine, { input: { name } }) => (await machine.users()).suspend(name),
});
