import { defineFunction } from '../../core/define.ts';
import * as form from '../../capabilities/databases/rules/profile-form.ts';
import * as profiles from '../../capabilities/databases/rules/profiles.ts';

export default defineFunction({
  name: 'remote_mysql_create_profile',
  since: 52,
  summary: 'Create a profile of a MariaDB server that is reached over the network.',
  description:
    'The server is not contacted: remote_mysql_validate_profile does that. New databases are created there once ' +
    'remote_mysql_initiate_profile_activation has activated the profile. The password is stored encrypted.',
  access: 'root',
  effect: 'changes',
  params: {
    name: form.name,
    mysql_host: { ...form.host, required: true },
    mysql_port: { ...form.port, required: true },
    mysql_user: { ...form.user, required: true },
    mysql_pass: { ...form.password, required: true },
    setup_via: { ...form.setupVia, default: profiles.SETUP_BY_HAND },
    cpcloud: form.cpcloud,
  },
  returns: {
    profile_saved: { type: 'string', doc: 'The name of the profile.' },
    profile_details: { fields: { ...form.detailFields, cpcloud: form.cpcloudField } },
  },
  examples: [
    {
      args: {
        name: 'db2',
        mysql_host: 'db2.example.com',
        mysql_port: '3306',
        mysql_user: 'whm',
        mysql_pass: 'l0ng-and-Random',
      },
      doc: 'To keep the password out of the process list, use --file mysql_pass=PATH.',
    },
  ],

  async handler({ name, mysql_host, mysql_port, mysql_user, mysql_pass, setup_via, cpcloud }, context) {
    form.assertHost('mysql_host', mysql_host);
    await profiles.assertNew(context.db, name);
    const profile: profiles.OpenProfile = {
      ...{ name, host: mysql_host, port: mysql_port, user: mysql_user, password: mysql_pass },
      ...{ setupVia: setup_via, isCloud: cpcloud, version: null, client: null },
    };
    await profiles.put(context, profile);
    const details = form.detailsOf(profile, await profiles.activeName(context.db));
    return { profile_saved: name, profile_details: { ...details, cpcloud: cpcloud ? 1 : 0 } };
  },
});
