import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { setAnonymousFtp } from '../../capabilities/ftp/plans/set-anonymous-ftp.ts';
import { ANONYMOUS_FEATURE } from '../../capabilities/ftp/rules/anonymous.ts';
import { ROLE } from '../../capabilities/ftp/rules/ftp-accounts.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Ftp::set_anonymous_ftp_incoming',
  since: 42,
  summary: 'Set whether visitors may write to public_ftp/incoming by FTP without a password.',
  description:
    'It has no effect before set_anonymous_ftp enables anonymous FTP. Visitors cannot read or list what is in the folder. ' +
    'The files belong to the account and count towards its quota.',
  feature: ANONYMOUS_FEATURE,
  role: ROLE,
  effect: 'operates',
  params: { set: { type: 'flag', default: 0, doc: '1: they may. 0: they may not.' } },
  returns: null,
  examples: [{ args: { set: '1' }, doc: 'Let visitors upload files.' }],

  async handler({ set }, { db, caller, plan }) {
    plan(await setAnonymousFtp(db, await accounts.getOwn(db, caller), { incoming: set }));
  },
});
