import { ownMachine } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { lookAtServer } from '../../capabilities/databases/driver/mysql/look-mysql.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';
import { LOCAL_HOST, serverOf } from '../../capabilities/databases/rules/profiles.ts';

export default defineUapi({
  name: 'Mysql::get_server_information',
  since: 54,
  summary: 'Show the host and the version of the MySQL server.',
  feature: FEATURE,
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: {
    fields: {
      host: { type: 'string', doc: 'The host to which programs connect.' },
      is_remote: { type: 'flag', doc: '1 for another server.' },
      version: { type: 'string', doc: 'Such as 11.8.9. Empty in a sandbox that runs no server.' },
    },
  },
  examples: [{ args: {}, doc: 'The server.' }],

  look: async (_args, context) => lookAtServer(await ownMachine(context)),
  async handler(_args, { db, caller }, server) {
    const { at } = await serverOf(db, caller.user);
    return {
      host: at?.host ?? LOCAL_HOST,
      is_remote: at === undefined ? 0 : 1,
      version: server?.version ?? '',
    };
  },
});
