import { setUpdates } from '../../life/plans/set-updates.ts';
import { defineFunction } from '../../core/define.ts';
import {
  assertUpdatable,
  frequencies,
  lookForMeans,
} from '../../capabilities/software/driver/updates/look-updates.ts';
import { push as pushParam } from '../../capabilities/settings/rules/config-cluster/cluster-form.ts';
import { announceUpdates } from '../../capabilities/settings/rules/config-cluster/pushes.ts';

export default defineFunction({
  name: 'set_cpanel_updates',
  since: 38,
  summary: 'Set whether this program is updated daily, by hand or never.',
  description:
    'Debian’s unattended-upgrades installs the updates. “manual” and “never” leave this program out of them; with “manual”, ' +
    'the package lists are still updated every day. The updates of Debian itself stay as they are: see update_updateconf.',
  access: 'root',
  effect: 'operates',
  params: {
    updates: {
      type: 'string',
      required: true,
      values: frequencies,
      doc: 'Every day, only when somebody runs apt-get, or never.',
    },
    push: pushParam,
  },
  returns: { updates: { type: 'string', doc: 'The new value.' } },
  examples: [{ args: { updates: 'daily' }, doc: 'Update this program every day.' }],

  look: ({ updates }, context) => lookForMeans(context, { UPDATES: updates }),

  async handler({ updates, push }, context, means) {
    const { plan, warn, caller } = context;
    assertUpdatable(means, updates);
    for (const warning of means.warnings) warn(warning);
    if (push) await announceUpdates(context);
    const pushedBy = push ? caller.user : undefined;
    plan(setUpdates({ settings: { UPDATES: updates }, pushedBy, ...means }), () => ({ updates }));
    return { updates };
  },
});
