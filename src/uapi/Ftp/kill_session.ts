import { endFtpSessions } from '../../capabilities/ftp/plans/end-ftp-sessions.ts';
import { FEATURE } from '../../capabilities/ftp/rules/ftp-accounts.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Ftp::kill_session',
  since: 42,
  summary: 'End one or all FTP sessions of the account.',
  feature: FEATURE,
  effect: 'operates',
  params: {
    login: {
      type: 'string',
      default: 'all',
      pattern: { matches: /^(?:all|[1-9]\d{0,8})$/, expects: 'the process ID of a session, or all' },
      doc: 'The process ID of the session, which list_sessions returns as “pid”, or “all”.',
    },
  },
  emptyIsOmitted: true,
  returns: null,
  examples: [{ args: { login: 'all' }, doc: 'All sessions of the account, and of its FTP accounts.' }],

  handler({ login }, { caller, plan }) {
    plan(endFtpSessions(caller.user, login === 'all' ? undefined : Number(login)));
  },
});
