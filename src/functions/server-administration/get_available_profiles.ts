import { defineFunction } from '../../core/define.ts';
import { profileFields, show } from '../../ground/rules/roles/active-profile.ts';
import { profiles } from '../../ground/rules/roles/catalogue.ts';

export default defineFunction({
  name: 'get_available_profiles',
  since: 76,
  summary: 'List the profiles that this server can have, with their roles.',
  description: 'A profile is listed if this server provides at least one of its roles.',
  access: 'root',
  effect: 'none',
  params: {},
  returns: { profiles: { list: { fields: profileFields }, doc: 'The profiles.' } },
  list: 'profiles',
  columns: ['code', 'name', 'description'],
  examples: [{ args: {}, doc: 'All profiles.' }],

  handler: () => ({ profiles: profiles.map(show) }),
});
