import { defineUapi } from '../../core/define-uapi.ts';
import { rotatedLogs } from '../../capabilities/web/driver/virtual-hosts/look-logs.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';

export default defineUapi({
  name: 'LogManager::list_archives',
  since: 82,
  summary: 'List the older logs of the account’s websites, which the server has closed.',
  description:
    'logrotate begins new access and error logs every week, and compresses older ones. They are in the folder that ' +
    '~/access-logs leads to, where the account can read them.',
  effect: 'reads',
  role: 'WebServer',
  feature: 'rawlog',
  params: {},
  returns: {
    list: {
      fields: {
        file: { type: 'string', doc: 'The name of the file: bob.example.log.2.gz.' },
        path: { type: 'string', doc: 'Its absolute path.' },
        mtime: { type: 'integer', doc: 'When it was changed last, in seconds since 1970-01-01 UTC.' },
      },
    },
  },
  examples: [{ args: {}, doc: 'All of them.' }],

  look: async (_args, { caller, machine, transaction }) => {
    const { username } = await transaction('reads', (db) => accounts.getOwn(db, caller));
    return rotatedLogs(machine, username);
  },

  handler: (_args, _context, logs) => [...logs],
});
