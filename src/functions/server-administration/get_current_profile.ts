import { defineFunction } from '../../core/define.ts';
import * as activeProfile from '../../ground/rules/roles/active-profile.ts';

export default defineFunction({
  name: 'get_current_profile',
  since: 76,
  summary: 'Show the profile of this server, with its roles.',
  description:
    'A sandbox always has STANDARD. A real server has no profile until start_profile_activation is called. A message ' +
    'names each role that a newer version has added to the profile, and the command that activates it.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: activeProfile.profileFields,
  examples: [{ args: {}, doc: 'The profile of this server.' }],

  async handler(_args, context) {
    const active = await activeProfile.get(context);
    const { profile, enabled } = active;
    for (const role of activeProfile.furtherRoles(active)) {
      const said = activeProfile.sayFurther(active, role);
      context.inform(`${said} Activate it with: ${activeProfile.activation(active)}`);
    }
    const isOn = (role: (typeof enabled)[number]) => enabled.includes(role);
    return activeProfile.show({
      ...profile,
      enabled,
      optional: profile.optional.filter((role) => !isOn(role)),
      disabled: profile.disabled.filter((role) => !isOn(role)),
    });
  },
});
