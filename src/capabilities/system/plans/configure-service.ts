// A service is enabled or disabled, and watched or not.
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import setEnabled from '../driver/services/steps/set-enabled.ts';
import * as monitored from '../rules/services/monitored.ts';

interface Input {
  /** WHM's name: `httpd`. */
  readonly service: string;
  /** Null to leave it as it is. */
  readonly isMonitored: boolean | null;
}

const change = defineChange<Input>({
  kind: 'configure-service',
  async store(db, { service, isMonitored }) {
    if (isMonitored !== null) await monitored.set(db, service, isMonitored);
  },
});
export default change;

/** @param units of systemd: `apache2`. */
export function configureService(units: readonly string[], isEnabled: boolean, input: Input): Plan {
  return change.plan(input, {
    locks: units.map((unit) => exclusive(`service ${unit}`)),
    steps: units.map((unit) => setEnabled.plan({ unit, isEnabled })),
  });
}
