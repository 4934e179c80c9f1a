import { setUpdates } from '../../life/plans/set-updates.ts';
import { defineFunction } from '../../core/define.ts';
import { lookForMeans, tierWarning } from '../../capabilities/software/driver/updates/look-updates.ts';
import { push as pushParam } from '../../capabilities/settings/rules/config-cluster/cluster-form.ts';
import { announceUpdates } from '../../capabilities/settings/rules/config-cluster/pushes.ts';
import { tierParam } from '../../capabilities/software/rules/updates/update-form.ts';

export default defineFunction({
  name: 'set_tier',
  since: 38,
  summary: 'Set the release tier that updates come from.',
  description:
    'In /etc/apt/preferences.d/whmapi1.pref, apt gets a preference for this suite of the package “whmapi1”. A version, such as 1.4, ' +
    'stands for the versions that begin with it. The installed version changes with the next update, and never to an ' +
    'older one. get_available_tiers shows what the tiers have.',
  access: 'root',
  effect: 'operates',
  params: { tier: { ...tierParam, required: true, doc: 'The tier, or a version.' }, push: pushParam },
  returns: { tier: { type: 'string', doc: 'The tier or version.' } },
  examples: [
    { args: { tier: 'stable' }, doc: 'Get updates from the tier “stable”.' },
    { args: { tier: '1.4' }, doc: 'Stay with version 1.4.' },
  ],

  look: ({ tier }, context) => lookForMeans(context, { CPANEL: tier }),

  async handler({ tier, push }, context, means) {
    const { plan, warn, caller } = context;
    const warning = tierWarning(means, tier);
    if (warning !== undefined) warn(warning);
    if (push) await announceUpdates(context);
    const pushedBy = push ? caller.user : undefined;
    plan(setUpdates({ settings: { CPANEL: tier }, pushedBy, ...means }), () => ({ tier }));
    return { tier };
  },
});
