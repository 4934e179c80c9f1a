import { defineStep } from '../../../../../core/plan.ts';
import { restart as restartPhp, releaseOf } from '../../../../php/driver/php-pools/control.ts';
import { poolSteps } from '../../../../php/driver/php-pools/driver.ts';
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
    const release = releaseOf(unit);
    if (release !== undefined && services.isSupported)
      return restartPhp(release, await poolSteps(release).port(machine));
    // The process that answers the call may be the one that is restarted: it answers first.
    await (unit === OWN_UNIT ? services.restartLater(unit) : services.restart(unit));
  },
});
