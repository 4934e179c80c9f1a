// A service is restarted.
import { defineChange, exclusive, type Plan } from '../core/plan.ts';
import restart from '../drivers/services/steps/restart.ts';

const change = defineChange<null>({
  kind: 'restart-service',
  // systemd alone knows of it.
  store: async () => undefined,
});
export default change;

/** @param unit of systemd: `named`. */
export function restartService(unit: string): Plan {
  return change.plan(null, {
    locks: [exclusive(`service ${unit}`)],
    steps: [restart.plan({ unit })],
    irreversible: true,
  });
}
