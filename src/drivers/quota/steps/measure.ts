import type { MachineUsage } from '../../../core/machine.ts';
import { defineStep } from '../../../core/plan.ts';

/** Its result is what the user's files take up. */
export default defineStep<{ readonly name: string }, undefined, MachineUsage>({
  kind: 'quota/measure',
  apply: async (machine, { input: { name } }) => (await machine.quota()).usage(name),
});
