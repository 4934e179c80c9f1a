import { defineUapi } from '../../core/define-uapi.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';
import { LOCAL_HOST, serverOf } from '../../capabilities/databases/rules/profiles.ts';

export default defineUapi({
  name: 'Mysql::locate_server',
  since: 52,
  summary: 'Show the host of the MySQL server.',
  feature: FEATURE,
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: {
    fields: {
      remote_host: { type: 'string', doc: 'The host to which programs connect.' },
      is_remote: { type: 'flag', doc: '1 for another server.' },
    },
  },
  examples: [{ args: {}, doc: 'The server.' }],

  async handler(_args, { db, caller }) {
    const { at } = await serverOf(db, caller.user);
    return { remote_host: at?.host ?? LOCAL_HOST, is_remote: at === undefined ? 0 : 1 };
  },
});
