import { defineStep } from '../../../core/plan.ts';
import { assertUnitStarts } from '../../php-pools/control.ts';
import { OWN_UNIT } from '../catalogue.ts';

interface Input {
  /** A unit of systemd: `named`. */
  readonly unit: string;
}

export default defineStep<Input>({
  kind: 'services/restart',
  describe: ({ unit }) => `Restart the service “${unit}”.`,
  async apply(machine, { input: { unit } }) {
    const services = await machine.services();
    if (services.isSupported) await assertUnitStarts(unit, machine);
    // The process that answers the call may be the one that is restarted: it answers first.
    await (unit === OWN_UNIT ? services.restartLater(unit) : services.restart(unit));
  },
});
