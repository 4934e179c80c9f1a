import { defineFunction } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';
import * as form from '../../capabilities/databases/rules/profile-form.ts';
import * as profiles from '../../capabilities/databases/rules/profiles.ts';

export default defineFunction({
  name: 'remote_mysql_delete_profile',
  since: 52,
  summary: 'Delete a profile of a MariaDB server that is reached over the network.',
  description:
    'Nothing changes on that server. The active profile, and one whose server has databases or database users of ' +
    'accounts, cannot be deleted.',
  destructive: 'This server forgets how to log in there.',
  access: 'root',
  effect: 'changes',
  params: { name: form.name },
  returns: {
    profile_deleted: { type: 'string', doc: 'The name of the profile.' },
    profile_details: { fields: form.detailFields },
  },
  examples: [
    {
      args: { name: 'db2' },
      doc: 'This server no longer uses the database server.',
      setUp: ['remote_mysql_create_profile'],
    },
  ],

  async handler({ name }, context) {
    profiles.assertRemote(name);
    const profile = await profiles.get(context, name).catch(async (error: unknown) => {
      if (!(error instanceof ApiError) || error.code !== 'key_lost') throw error;
      context.warn('The password of the profile could not be decrypted: the key is lost.');
      return { ...(await profiles.describe(context.db, name)), password: '' };
    });
    await profiles.remove(context.db, name);
    return { profile_deleted: name, profile_details: form.detailsOf(profile, '') };
  },
});
