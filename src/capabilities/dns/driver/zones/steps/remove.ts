// Removes a zone, even if its file was edited by hand since.
import { defineStep } from '../../../../../core/plan.ts';
import type { FileMemento } from '../../../../../ground/driver/file-driver.ts';
import { linesOfDiff } from '../../../../../ground/driver/diffs.ts';
import type { DriverMachine } from '../../../../../ground/driver/step.ts';
import { zones } from '../zones.ts';

interface Input {
  readonly name: string;
}

export default defineStep<Input, FileMemento>({
  kind: 'zones/remove',
  describe: ({ name }) => `Remove the DNS zone “${name}”, if it exists.`,
  async preview(machine, { name }) {
    const diff = await (await removalOf(machine, name))?.preview(machine);
    return linesOfDiff(diff ?? '');
  },
  prepare: async (machine, { name }) =>
    (await (await removalOf(machine, name))?.prepare(machine)) ?? { files: [] },
  apply: (machine, { input: { name }, memento }) =>
    zones.change(name, undefined, null).apply(machine, memento),
  undo: (machine, { input: { name }, memento }) => zones.change(name, undefined, null).undo(machine, memento),
});

async function removalOf(machine: DriverMachine, name: string) {
  const found = await zones.read(machine, name);
  return found && zones.change(name, found, null);
}
