import { changeFtpAccounts } from '../../capabilities/ftp/plans/change-ftp-accounts.ts';
import { FEATURE, ROLE } from '../../capabilities/ftp/rules/ftp-accounts.ts';
import { domainParam, userParam } from '../../capabilities/ftp/rules/ftp-form.ts';
import { ownFtpAccount, rateAndHash, strongHash } from '../../capabilities/ftp/rules/own-ftp.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { password } from '../../ground/rules/passwords/passwords.ts';

export default defineUapi({
  name: 'Ftp::passwd',
  since: 42,
  summary: 'Set the password of an FTP account.',
  description: 'Its sessions end. The login of the account itself has the password of the account.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: {
    user: userParam,
    domain: domainParam,
    pass: { ...password, required: true, doc: 'The password, of up to 72 bytes.' },
  },
  returns: null,
  examples: [
    {
      args: { user: 'web', pass: 'another horse battery staple 8' },
      doc: 'A new password for web@bob.example.',
      setUp: ['Ftp::add_ftp'],
    },
  ],

  look: ({ pass }, context) => rateAndHash(context, pass),

  async handler(given, context, rated) {
    const { account, found } = await ownFtpAccount(context, given);
    const changed = [{ ...found, hash: await strongHash(context, rated) }];
    context.plan(await changeFtpAccounts(context.db, account, { changed, ended: [found.login] }));
  },
});
