import { defineStep } from '../../../../../core/plan.ts';
import type { Machine } from '../../../../../core/machine.ts';

interface Input {
  /** A unit of systemd: `named`. */
  readonly unit: string;
  readonly isEnabled: boolean;
}

interface Memento {
  readonly isEnabled: boolean;
  readonly isActive: boolean;
}

export default defineStep<Input, Memento>({
  kind: 'services/set-enabled',
  describe: ({ unit, isEnabled }) =>
    isEnabled ? `Enable the service “${unit}”, and start it.` : `Stop the service “${unit}”, and disable it.`,
  async prepare(machine, { unit }) {
    const { isEnabled, state } = await (await machine.services()).state(unit);
    return { isEnabled, isActive: state === 'active' };
  },
  apply: (machine, { input: { unit, isEnabled } }) => set(machine, unit, { isEnabled, isActive: isEnabled }),
  undo: (machine, { input: { unit }, memento }) => set(machine, unit, memento),
});

async function set(machine: Machine, unit: string, { isEnabled, isActive }: Memento): Promise<void> {
  const services = await machine.services();
  const { isMasked } = await services.state(unit);
  // A masked unit never starts, and systemctl refuses to disable it.
  if (isMasked !== true) await (isEnabled ? services.enable(unit) : services.disable(unit));
  const { state } = await services.state(unit);
  // It starts once it has stopped, which may take long.
  if (isActive && state === 'deactivating') await services.restartLater(unit);
  else if (isActive && state !== 'active') await services.start(unit);
  if (!isActive && state !== 'inactive') await services.stop(unit);
}
