// Sets how this server is updated. What is not given stays as it is, and is read under the lock of the plan.
import type { Machine } from '../../../../../core/machine.ts';
import { defineStep } from '../../../../../core/plan.ts';
import type { FileMemento } from '../../../../../ground/driver/file-driver.ts';
import { linesOfDiff } from '../../../../../ground/driver/diffs.ts';
import { updatesStep } from '../driver.ts';
import { complete, type DesiredUpdates } from '../render.ts';
import { readAptSettings, readSettings, type UpdateSettings } from '../settings.ts';

interface Input {
  readonly changes: UpdateSettings;
  /** The origin of the repository that has this program. */
  readonly origin: string;
}

interface Memento {
  readonly desired: DesiredUpdates;
  readonly files: FileMemento;
}

export default defineStep<Input, Memento>({
  kind: 'updates/set',
  describe: ({ changes }) => {
    const words = Object.entries(changes).map(([name, value]) => `${name} to “${value}”`);
    return `Set ${words.join(', ')} in the configuration of apt.`;
  },
  async preview(machine, input) {
    return linesOfDiff(await updatesStep(await desiredBy(machine, input)).preview(machine));
  },
  async prepare(machine, input) {
    const desired = await desiredBy(machine, input);
    return { desired, files: await updatesStep(desired).prepare(machine) };
  },
  apply: (machine, { memento: { desired, files } }) => updatesStep(desired).apply(machine, files),
  undo: (machine, { memento: { desired, files } }) => updatesStep(desired).undo(machine, files),
});

async function desiredBy(machine: Machine, { changes, origin }: Input): Promise<DesiredUpdates> {
  const [settings, apt] = await Promise.all([readSettings(machine), readAptSettings(machine)]);
  return complete({ ...settings, ...changes }, apt, origin);
}
