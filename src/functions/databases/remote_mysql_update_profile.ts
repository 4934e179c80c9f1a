import { defineFunction } from '../../core/define.ts';
import { validate } from '../../capabilities/databases/driver/mysql-profiles/look-mysql-profiles.ts';
import * as form from '../../capabilities/databases/rules/profile-form.ts';
import * as profiles from '../../capabilities/databases/rules/profiles.ts';

export default defineFunction({
  name: 'remote_mysql_update_profile',
  since: 52,
  summary: 'Update a profile of a MariaDB server that is reached over the network.',
  description:
    'Omitted values are kept. If the profile is active, this server logs in with the new values before it stores them.',
  access: 'root',
  effect: 'changes',
  params: {
    name: form.name,
    mysql_host: form.host,
    mysql_port: form.port,
    mysql_user: form.user,
    mysql_pass: form.password,
    setup_via: form.setupVia,
  },
  oneOf: { count: 'at least', of: ['mysql_host', 'mysql_port', 'mysql_user', 'mysql_pass', 'setup_via'] },
  returns: {
    profile_saved: { type: 'string', doc: 'The name of the profile.' },
    profile_details: { fields: form.detailFields },
  },
  examples: [
    {
      args: { name: 'db2', mysql_host: 'db3.example.com' },
      doc: 'The server has another name now.',
      setUp: ['remote_mysql_create_profile'],
    },
  ],

  async look(args, { machine, sealer, now, transaction }) {
    const { name, mysql_host, mysql_port, mysql_user, mysql_pass, setup_via } = args;
    profiles.assertRemote(name);
    if (mysql_host !== undefined) form.assertHost('mysql_host', mysql_host);
    const { stored, active, password } = await transaction('reads', async (db) => ({
      stored: await profiles.describe(db, name),
      active: await profiles.activeName(db),
      password: mysql_pass ?? (await profiles.get({ db, sealer }, name)).password,
    }));
    const place = {
      host: mysql_host ?? stored.host,
      port: mysql_port ?? stored.port,
      user: mysql_user ?? stored.user,
      password,
    };
    const isElsewhere = place.host !== stored.host || place.port !== stored.port;
    const known = isElsewhere ? { version: null, client: null } : stored;
    const { version, client } = active === name ? await validate({ machine, now }, place) : known;
    const profile: profiles.OpenProfile = {
      ...{ ...stored, ...place, setupVia: setup_via ?? stored.setupVia },
      ...{ version, client },
    };
    return { profile, isElsewhere };
  },

  async handler({ name }, context, { profile, isElsewhere }) {
    const { databases, users } = await profiles.usesOf(context.db, name);
    if (isElsewhere && databases + users > 0) {
      context.warn(
        `The databases of this profile (${databases}) and their users (${users}) are expected at ` +
          `${profile.host}:${profile.port} from now on. This call does not copy them.`,
      );
    }
    await profiles.put(context, profile);
    return {
      profile_saved: name,
      profile_details: form.detailsOf(profile, await profiles.activeName(context.db)),
    };
  },
});
