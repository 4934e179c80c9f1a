// A package is held, so that apt neither upgrades nor removes it, or is released.
import { defineStep } from '../../../../../core/plan.ts';
import { packagesOf } from '../look-debian-packages.ts';

interface Input {
  readonly name: string;
  readonly isHeld: boolean;
}

export default defineStep<Input, { readonly isHeld: boolean }>({
  kind: 'apt/hold',
  describe: ({ name, isHeld }) => (isHeld ? `Hold the package “${name}”.` : `Release the package “${name}”.`),
  async prepare(machine, { name }) {
    const installed = await (await packagesOf(machine)).installed();
    return { isHeld: installed.get(name)?.isHeld === true };
  },
  apply: async (machine, { input: { name, isHeld } }) => (await packagesOf(machine)).hold(name, isHeld, work),
  undo: async (machine, { input: { name }, memento: { isHeld } }) =>
    (await packagesOf(machine)).hold(name, isHeld, work),
});

const work = { log: () => undefined };
