// Sets one setting of a service.
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import set from '../driver/dovecot-settings/steps/set.ts';

const change = defineChange<null>({
  kind: 'set-service-config',
  // Only the machine stores this.
  store: async () => undefined,
});
export default change;

interface Setting {
  readonly service: 'dovecot';
  readonly key: string;
  /** In WHM’s form. */
  readonly value: string;
}

export function setServiceConfig({ service, key, value }: Setting): Plan {
  return change.plan(null, {
    locks: [exclusive(`service ${service}`)],
    steps: [set.plan({ key, value })],
  });
}
