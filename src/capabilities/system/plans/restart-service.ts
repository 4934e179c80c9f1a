// A service is restarted.
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import restart from '../driver/services/steps/restart.ts';

const change = defineChange<null>({
  kind: 'restart-service',
  // systemd alone knows of it.
  store: async () => undefined,
});
export default change;

/** @param units of systemd: `named`. */
export function restartService(units: readonly string[]): Plan {
  return change.plan(null, {
    locks: units.map((unit) => exclusive(`service ${unit}`)),
    steps: units.map((unit) => restart.plan({ unit })),
    irreversible: true,
  });
}
