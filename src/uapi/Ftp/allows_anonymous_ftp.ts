import { ANONYMOUS_FEATURE } from '../../capabilities/ftp/rules/anonymous.ts';
import { ROLE, settingsOf } from '../../capabilities/ftp/rules/ftp-accounts.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Ftp::allows_anonymous_ftp',
  since: 42,
  summary: 'Check whether visitors may use FTP without a password.',
  feature: ANONYMOUS_FEATURE,
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: { fields: { allows: { type: 'flag', doc: '1 if they may.' } } },
  examples: [{ args: {}, doc: 'The setting.' }],

  async handler(_args, { db, caller }) {
    const { anonymous } = await settingsOf(db, caller.user);
    return { allows: anonymous ? 1 : 0 };
  },
});
