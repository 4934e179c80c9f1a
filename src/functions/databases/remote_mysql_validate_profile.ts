import { defineFunction } from '../../core/define.ts';
import { quote } from '../../core/quote.ts';
import { validate } from '../../capabilities/databases/driver/mysql-profiles/look-mysql-profiles.ts';
import { LOCAL_PROFILE } from '../../capabilities/databases/rules/owners.ts';
import * as form from '../../capabilities/databases/rules/profile-form.ts';
import * as profiles from '../../capabilities/databases/rules/profiles.ts';

export default defineFunction({
  name: 'remote_mysql_validate_profile',
  since: 52,
  summary: 'Check whether this server can log in to the MariaDB server of a profile and manage it.',
  description:
    'This server logs in, reads the version, and checks that the user has every privilege that accounts get, and may ' +
    'grant it. The messages of the response have the version, the duration and whether the connection is encrypted.',
  access: 'root',
  effect: 'changes',
  params: { name: form.name },
  returns: { profile_validated: { type: 'string', doc: 'The name of the profile.' } },
  examples: [
    {
      args: { name: 'db2' },
      doc: 'Here, nothing listens at that address.',
      setUp: [
        {
          command: 'remote_mysql_create_profile',
          args: {
            name: 'db2',
            mysql_host: '127.0.0.1',
            mysql_port: '1',
            mysql_user: 'whm',
            mysql_pass: 'secret',
          },
        },
      ],
      fails: 'remote_unreachable',
    },
  ],

  async look({ name }, { machine, sealer, now, transaction }) {
    const profile = await transaction('reads', (db) => profiles.get({ db, sealer }, name));
    return validate({ machine, now }, name === LOCAL_PROFILE ? undefined : profile);
  },

  async handler({ name }, context, { version, isEncrypted, milliseconds, client }) {
    await profiles.setFacts(context.db, name, { version, client });
    context.inform(`The server is MariaDB ${version}. The login took ${milliseconds} ms.`);
    if (name !== LOCAL_PROFILE) {
      context.inform(`The server sees this one as ${quote(client)}.`);
      if (isEncrypted)
        context.inform('The connection is encrypted (TLS). The certificate of the server is not verified.');
      else context.warn('The connection is not encrypted, because the server does not offer TLS.');
    }
    return { profile_validated: name };
  },
});
