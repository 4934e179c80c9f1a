import { defineFunction } from '../../core/define.ts';
import {
  isSupported,
  versionOf,
} from '../../capabilities/databases/driver/mysql-profiles/look-mysql-profiles.ts';
import { LOCAL_PROFILE } from '../../capabilities/databases/rules/owners.ts';
import * as form from '../../capabilities/databases/rules/profile-form.ts';
import * as profiles from '../../capabilities/databases/rules/profiles.ts';

export default defineFunction({
  name: 'remote_mysql_read_profiles',
  since: 52,
  summary: 'List the profiles of MariaDB servers, with their passwords.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: {
    map: {
      fields: {
        ...form.detailFields,
        is_localhost_profile: { type: 'flag', doc: 'Whether it is the server of this machine.' },
        mysql_version_is_supported: {
          type: 'flag',
          doc:
            'Whether it is MariaDB 10.11 or newer. A server over the network counts as it was when the profile was ' +
            'validated last; before that, this is 0.',
        },
      },
    },
    keys: 'PROFILE',
  },
  examples: [{ args: {}, doc: 'All profiles.' }],

  look: (_args, { machine }) => versionOf(machine),

  async handler(_args, context, localVersion) {
    const active = await profiles.activeName(context.db);
    const all = await profiles.list(context);
    return Object.fromEntries(
      all.map((profile) => {
        const isLocal = profile.name === LOCAL_PROFILE;
        const version = isLocal ? localVersion : profile.version;
        return [
          profile.name,
          {
            ...form.detailsOf(profile, active),
            is_localhost_profile: isLocal ? 1 : 0,
            mysql_version_is_supported: isSupported(version ?? '') ? 1 : 0,
          },
        ];
      }),
    );
  },
});
