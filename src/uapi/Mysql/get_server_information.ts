import { defineUapi } from '../../core/define-uapi.ts';
import { lookAtServer } from '../../drivers/mysql/look.ts';
import { LOCAL_HOST } from '../../model/databases/hosts.ts';
import { FEATURE, ROLE } from '../../model/databases/own-mysql.ts';

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

  look: (_args, { machine }) => lookAtServer(machine),
  handler: (_args, _context, server) => ({
    host: LOCAL_HOST,
    is_remote: 0,
    version: server?.version ?? '',
  }),
});
