import { setMysqlRootPassword } from '../../capabilities/databases/plans/set-mysql-root-password.ts';
import { defineFunction } from '../../core/define.ts';
import { LOCAL_ROLE } from '../../capabilities/databases/rules/own-mysql.ts';
import * as passwords from '../../ground/rules/passwords/passwords.ts';

const KNOWN = ['root'];

export default defineFunction({
  name: 'set_local_mysql_root_password',
  since: 52,
  summary: 'Set the password of root on the MariaDB server of this machine.',
  description:
    'Programs that log in as root over the network connection of this machine need it. The system’s user root still logs ' +
    'in through the socket without a password, and so does this program. Sessions that are open stay.',
  access: 'root',
  role: LOCAL_ROLE,
  effect: 'operates',
  params: {
    password: { ...passwords.password, required: true },
    update_config: {
      type: 'flag',
      noEffectReason: 'Root logs in through the socket, so no configuration file needs the password.',
      doc: 'Whether to write the password into configuration files such as /root/.my.cnf.',
    },
  },
  returns: {
    password_reset: {
      type: 'integer',
      doc: 'Always 1. Neither “configs_updated” nor “profile_updated” is returned, because nothing stores the password.',
    },
  },
  examples: [
    {
      args: { password: 'correct horse battery staple 7' },
      doc: 'Set the password.',
    },
  ],

  look: ({ password }, context) => passwords.rateFirst(context, password, KNOWN),

  async handler({ password }, context, rated) {
    await passwords.assertStrong(passwords.withRating(context, rated), password, KNOWN, 'mysql');
    context.plan(setMysqlRootPassword(password));
    return { password_reset: 1 };
  },
});
