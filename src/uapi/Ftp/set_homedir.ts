import { changeFtpAccounts } from '../../capabilities/ftp/plans/change-ftp-accounts.ts';
import { FEATURE, readFolder, ROLE } from '../../capabilities/ftp/rules/ftp-accounts.ts';
import { domainParam, folderParam, userParam } from '../../capabilities/ftp/rules/ftp-form.ts';
import { lookAtFolder, ownFtpAccount } from '../../capabilities/ftp/rules/own-ftp.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Ftp::set_homedir',
  since: 54,
  summary: 'Set the folder that an FTP account sees.',
  description:
    'The folder is created if it does not exist. The sessions of the FTP account end. No file is moved.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: { user: userParam, domain: domainParam, homedir: folderParam },
  emptyIsOmitted: true,
  returns: null,
  examples: [
    {
      args: { user: 'web', homedir: 'public_html/shop' },
      doc: 'web@bob.example sees public_html/shop from now on.',
      setUp: ['Ftp::add_ftp'],
    },
  ],

  async look({ homedir, ...given }, context) {
    const { caller, transaction } = context;
    const { found } = await transaction('reads', (db) => ownFtpAccount({ db, caller }, given));
    await lookAtFolder(context, homedir ?? found.login);
  },

  async handler({ homedir, ...given }, context) {
    const { account, found } = await ownFtpAccount(context, given);
    const folder = readFolder(account.home, homedir ?? found.login);
    const changed = [{ ...found, folder }];
    context.plan(
      await changeFtpAccounts(context.db, account, { changed, folders: [folder], ended: [found.login] }),
    );
  },
});
