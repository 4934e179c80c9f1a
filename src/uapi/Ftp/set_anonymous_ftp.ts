import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { setAnonymousFtp } from '../../capabilities/ftp/plans/set-anonymous-ftp.ts';
import { ANONYMOUS_FEATURE } from '../../capabilities/ftp/rules/anonymous.ts';
import { ROLE } from '../../capabilities/ftp/rules/ftp-accounts.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Ftp::set_anonymous_ftp',
  since: 42,
  summary: 'Set whether visitors may use FTP without a password.',
  description:
    'They log in as anonymous@DOMAIN or ftp@DOMAIN, with the main domain, and read the folder public_ftp. The connection ' +
    'must use TLS.',
  feature: ANONYMOUS_FEATURE,
  role: ROLE,
  effect: 'operates',
  params: { set: { type: 'flag', default: 0, doc: '1: they may. 0: they may not.' } },
  returns: null,
  examples: [{ args: { set: '1' }, doc: 'Enable anonymous FTP.' }],

  async handler({ set }, { db, caller, plan }) {
    plan(await setAnonymousFtp(db, await accounts.getOwn(db, caller), { anonymous: set }));
  },
});
