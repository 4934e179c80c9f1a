import { ROLE } from '../../capabilities/ftp/rules/ftp-accounts.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';

export default defineUapi({
  name: 'Ftp::get_ftp_daemon_info',
  since: 54,
  summary: 'Show which program serves FTP, and what it can do.',
  effect: 'reads',
  params: {},
  returns: {
    fields: {
      enabled: { type: 'flag', doc: '1 if this server has the role FTP.' },
      name: { type: 'string', doc: 'proftpd. Empty without the role.' },
      supports: {
        fields: {
          quota: { type: 'flag', doc: '1: FTP accounts can have quotas.' },
          login_without_domain: { type: 'flag', doc: '0: an FTP account logs in with its domain.' },
        },
      },
    },
  },
  examples: [{ args: {}, doc: 'The server.' }],

  async handler(_args, context) {
    const isEnabled = (await rolesOf(context)).has(ROLE);
    return {
      enabled: isEnabled ? 1 : 0,
      name: isEnabled ? 'proftpd' : '',
      supports: { quota: isEnabled ? 1 : 0, login_without_domain: 0 },
    };
  },
});
