import { defineFunction } from '../../core/define.ts';
import * as form from '../../capabilities/databases/rules/profile-form.ts';
import * as profiles from '../../capabilities/databases/rules/profiles.ts';

export default defineFunction({
  name: 'remote_mysql_read_profile',
  since: 52,
  summary: 'Show a profile of a MariaDB server, with its password.',
  description: 'The profile “localhost” is the server of this machine, and always exists.',
  access: 'root',
  effect: 'reads',
  params: { name: form.name },
  returns: {
    profile_name: { type: 'string', doc: 'The name of the profile.' },
    profile_details: { fields: form.detailFields },
  },
  examples: [{ args: { name: 'localhost' }, doc: 'The server of this machine.' }],

  async handler({ name }, context) {
    const profile = await profiles.get(context, name);
    return {
      profile_name: name,
      profile_details: form.detailsOf(profile, await profiles.activeName(context.db)),
    };
  },
});
