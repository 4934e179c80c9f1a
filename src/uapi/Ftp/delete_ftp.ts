import { changeFtpAccounts } from '../../capabilities/ftp/plans/change-ftp-accounts.ts';
import { assertRemovable, FEATURE, ROLE } from '../../capabilities/ftp/rules/ftp-accounts.ts';
import { domainParam, userParam } from '../../capabilities/ftp/rules/ftp-form.ts';
import { ownFtpAccount } from '../../capabilities/ftp/rules/own-ftp.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Ftp::delete_ftp',
  since: 42,
  summary: 'Delete an FTP account.',
  description: 'Its sessions end. Its files stay, unless you set destroy=1.',
  destructive: 'With destroy=1, the folder of the FTP account and everything in it is lost.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: {
    user: userParam,
    domain: domainParam,
    destroy: {
      type: 'flag',
      default: 0,
      doc: '1: also remove its folder with everything in it. Not for a folder with another purpose, such as public_html.',
    },
  },
  returns: null,
  examples: [
    {
      args: { user: 'web' },
      doc: 'Delete web@bob.example, and keep its files.',
      setUp: ['Ftp::add_ftp'],
    },
  ],

  async handler({ destroy, ...given }, context) {
    const { db, plan } = context;
    const { account, found } = await ownFtpAccount(context, given);
    if (destroy) await assertRemovable(db, account, found);
    const { login, folder } = found;
    const removedFolder = destroy ? { removedFolder: folder } : {};
    plan(await changeFtpAccounts(db, account, { removed: [login], ended: [login], ...removedFolder }));
  },
});
