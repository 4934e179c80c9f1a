// Sets how this server is updated.
import { defineChange, exclusive, type Plan, type PlannedStep } from '../core/plan.ts';
import setEnabled from '../drivers/services/steps/set-enabled.ts';
import set from '../drivers/updates/steps/set.ts';
import type { UpdateSettings } from '../drivers/updates/settings.ts';

const change = defineChange<null>({
  kind: 'set-updates',
  // Only the machine stores this.
  store: async () => undefined,
});
export default change;

export interface UpdateChanges {
  readonly settings: UpdateSettings;
  /** The origin of the repository that has this program, as in its Release file. */
  readonly origin: string;
  /** Timers of systemd to enable or disable. */
  readonly timers: readonly { readonly unit: string; readonly isEnabled: boolean }[];
}

export function setUpdates({ settings, origin, timers }: UpdateChanges): Plan {
  const steps: PlannedStep[] = timers.map((timer) => setEnabled.plan(timer));
  if (Object.keys(settings).length > 0) steps.push(set.plan({ changes: settings, origin }));
  return change.plan(null, {
    locks: [exclusive('updates'), ...timers.map(({ unit }) => exclusive(`service ${unit}`))],
    steps,
  });
}
