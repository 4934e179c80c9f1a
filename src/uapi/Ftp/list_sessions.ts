import { lookAtSessions } from '../../capabilities/ftp/driver/look-ftp.ts';
import { FEATURE, ROLE } from '../../capabilities/ftp/rules/ftp-accounts.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Ftp::list_sessions',
  since: 42,
  summary: 'List the FTP sessions of the account, and of its FTP accounts.',
  feature: FEATURE,
  role: ROLE,
  effect: 'looks',
  params: {},
  returns: {
    list: {
      fields: {
        pid: { type: 'integer', doc: 'The process ID, for kill_session.' },
        user: { type: 'string', doc: 'The login.' },
        host: { type: 'string', doc: 'The IP address of the client.' },
        login: { type: 'string', doc: 'When it logged in: 2026-12-01T20:00:00Z.' },
        status: { type: 'string', doc: 'IDLE, DL (it downloads) or UL (it uploads).' },
        file: { type: 'string', doc: 'The file that it transfers. Empty if there is none.' },
        cmdline: { type: 'string', doc: 'The command that it runs. Empty if there is none.' },
      },
    },
  },
  examples: [{ args: {}, doc: 'All sessions.' }],

  async handler(_args, { machine, caller }) {
    return (await lookAtSessions(machine, caller.user)).map((session) => ({
      ...{ pid: session.process.id, user: session.login, host: session.address },
      login: new Date(session.since).toISOString().replace(/\.\d+Z$/, 'Z'),
      ...{ status: session.state, file: session.file, cmdline: session.command },
    }));
  },
});
