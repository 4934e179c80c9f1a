import { changeFtpAccounts } from '../../capabilities/ftp/plans/change-ftp-accounts.ts';
import { FEATURE, ROLE } from '../../capabilities/ftp/rules/ftp-accounts.ts';
import { domainParam, quotaParam, readQuota, userParam } from '../../capabilities/ftp/rules/ftp-form.ts';
import { ownFtpAccount } from '../../capabilities/ftp/rules/own-ftp.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Ftp::set_quota',
  since: 42,
  summary: 'Set the quota of an FTP account.',
  description:
    'It counts all files in the folder at the time of a login, whoever wrote them, and what the session uploads. It acts ' +
    'from the next login on.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: {
    user: userParam,
    domain: domainParam,
    quota: quotaParam,
    kill: { type: 'flag', default: 0, doc: '1: remove the quota, whatever “quota” is.' },
  },
  emptyIsOmitted: true,
  returns: null,
  examples: [
    {
      args: { user: 'web', quota: '500' },
      doc: '500 MiB for web@bob.example.',
      setUp: ['Ftp::add_ftp'],
    },
  ],

  async handler({ quota: given, kill, ...named }, context) {
    const { account, found } = await ownFtpAccount(context, named);
    const changed = [{ ...found, quota: kill ? 0 : readQuota(given) }];
    context.plan(await changeFtpAccounts(context.db, account, { changed }));
  },
});
