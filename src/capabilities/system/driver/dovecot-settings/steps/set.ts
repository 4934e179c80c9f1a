// Changes one setting of Dovecot. The others that this program has set stay, and are read under the lock of the plan.
import type { Machine } from '../../../../../core/machine.ts';
import { defineStep } from '../../../../../core/plan.ts';
import type { FileMemento } from '../../../../../ground/driver/file-driver.ts';
import { linesOfDiff } from '../../../../../ground/driver/diffs.ts';
import { settingsStep, type DesiredSettings } from '../driver.ts';
import { readOwn } from '../look-dovecot.ts';

interface Input {
  readonly key: string;
  /** In WHM’s form. */
  readonly value: string;
}

interface Memento {
  readonly desired: DesiredSettings;
  readonly files: FileMemento;
}

export default defineStep<Input, Memento>({
  kind: 'dovecot-settings/set',
  describe: ({ key, value }) => `Set “${key}” of Dovecot to “${value}”.`,
  async preview(machine, input) {
    return linesOfDiff(await settingsStep(await desiredBy(machine, input)).preview(machine));
  },
  async prepare(machine, input) {
    const desired = await desiredBy(machine, input);
    return { desired, files: await settingsStep(desired).prepare(machine) };
  },
  apply: (machine, { memento: { desired, files } }) => settingsStep(desired).apply(machine, files),
  undo: (machine, { memento: { desired, files } }) => settingsStep(desired).undo(machine, files),
});

async function desiredBy(machine: Machine, { key, value }: Input): Promise<DesiredSettings> {
  return { settings: { ...(await readOwn(machine)), [key]: value }, key };
}
