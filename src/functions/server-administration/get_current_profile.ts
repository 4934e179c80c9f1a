import { defineFunction } from '../../core/define.ts';
import * as activeProfile from '../../model/roles/active-profile.ts';

export default defineFunction({
  name: 'get_current_profile',
  since: 76,
  summary: 'Tell which profile this server has, with its roles.',
  description:
    'A sandbox has STANDARD from the beginning. A machine has none until start_profile_activation.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: activeProfile.profileFields,
  examples: [{ args: {}, doc: 'The profile of this server.' }],

  async handler(_args, context) {
    const { profile, enabled } = await activeProfile.get(context);
    const isOn = (role: (typeof enabled)[number]) => enabled.includes(role);
    return activeProfile.show({
      ...profile,
      enabled,
      optional: profile.optional.filter((role) => !isOn(role)),
      disabled: profile.disabled.filter((role) => !isOn(role)),
    });
  },
});
