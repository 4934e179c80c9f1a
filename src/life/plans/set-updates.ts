// Sets how this server is updated.
import { defineChange, exclusive, type Plan, type PlannedStep } from '../../core/plan.ts';
import setEnabled from '../../capabilities/system/driver/services/steps/set-enabled.ts';
import set from '../../capabilities/software/driver/updates/steps/set.ts';
import { pushUpdates, type PushedUpdates } from '../../capabilities/settings/rules/config-cluster/pushes.ts';
import type { UpdateSettings } from '../../capabilities/software/driver/updates/settings.ts';

interface Input extends PushedUpdates {
  readonly caller: string;
}

const change = defineChange<Input | null>({
  kind: 'set-updates',
  // Only the machine stores the settings themselves. Null: the cluster does not get them.
  async store(db, input, { now }) {
    if (input !== null) await pushUpdates(db, input, { caller: input.caller, now: now() });
  },
});
export default change;

export interface UpdateChanges {
  /** The caller, if the configuration cluster gets the settings too. */
  readonly pushedBy: string | undefined;
  readonly settings: UpdateSettings;
  /** The origin of the repository that has this program, as in its Release file. */
  readonly origin: string;
  /** Timers of systemd to enable or disable. */
  readonly timers: readonly { readonly unit: string; readonly isEnabled: boolean }[];
}

export function setUpdates({ settings, origin, timers, pushedBy }: UpdateChanges): Plan {
  const steps: PlannedStep[] = timers.map((timer) => setEnabled.plan(timer));
  if (Object.keys(settings).length > 0) steps.push(set.plan({ changes: settings, origin }));
  const input = pushedBy === undefined ? null : { updates: Object.keys(settings), caller: pushedBy };
  return change.plan(input, {
    locks: [exclusive('updates'), ...timers.map(({ unit }) => exclusive(`service ${unit}`))],
    steps,
  });
}
