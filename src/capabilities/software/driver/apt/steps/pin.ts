// A package gets a pin in our file of apt's preferences, or loses it.
import type { FileBackup } from '../../../../../core/machine-daemons.ts';
import { defineStep } from '../../../../../core/plan.ts';
import type { Pin } from '../../../rules/debian-packages/packages.ts';
import { linesOfDiff, unifiedDiff } from '../../../../../ground/driver/diffs.ts';
import { pinFiles, PINS_FILE, readPinsText, withPin } from '../pins.ts';

interface Input {
  readonly name: string;
  /** Null: none. */
  readonly pin: Pin | null;
}

export default defineStep<Input, FileBackup>({
  kind: 'apt/pin',
  describe: ({ name }) => `Change the entry of “${name}” in “${PINS_FILE}”.`,
  async preview(machine, { name, pin }) {
    const before = await readPinsText(machine);
    const after = withPin(before, name, pin ?? undefined);
    return linesOfDiff(unifiedDiff({ path: PINS_FILE, before, after, isSecret: false }));
  },
  prepare: async (machine) => (await pinFiles(machine)).backUp(PINS_FILE),
  async apply(machine, { input: { name, pin } }) {
    const files = await pinFiles(machine);
    const before = await readPinsText(machine);
    const after = withPin(before, name, pin ?? undefined);
    if (after === before) return;
    if (after === '') return files.remove(PINS_FILE);
    await files.makeDirectory('/etc/apt/preferences.d', { mode: 0o755 });
    await files.write(PINS_FILE, after, { mode: 0o644 });
  },
  undo: async (machine, { memento }) => (await pinFiles(machine)).restore(PINS_FILE, memento),
});
