import { ANONYMOUS_FEATURE } from '../../capabilities/ftp/rules/anonymous.ts';
import { ROLE, settingsOf } from '../../capabilities/ftp/rules/ftp-accounts.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Ftp::allows_anonymous_ftp_incoming',
  since: 42,
  summary: 'Check whether visitors may write to public_ftp/incoming by FTP without a password.',
  feature: ANONYMOUS_FEATURE,
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: { fields: { allows: { type: 'flag', doc: '1 if they may, once anonymous FTP is enabled.' } } },
  examples: [{ args: {}, doc: 'The setting.' }],

  async handler(_args, { db, caller }) {
    const { incoming } = await settingsOf(db, caller.user);
    return { allows: incoming ? 1 : 0 };
  },
});
