import { FEATURE } from '../../capabilities/ftp/rules/ftp-accounts.ts';
import { domainParam, userParam } from '../../capabilities/ftp/rules/ftp-form.ts';
import { ownFtpAccount } from '../../capabilities/ftp/rules/own-ftp.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Ftp::ftp_exists',
  since: 42,
  summary: 'Check whether the account has an FTP account of this name.',
  description: 'The call succeeds if it exists, and fails with a reason if it does not.',
  feature: FEATURE,
  effect: 'reads',
  params: { user: userParam, domain: domainParam },
  returns: null,
  examples: [
    {
      args: { user: 'web' },
      doc: 'Whether web@bob.example exists.',
      setUp: ['Ftp::add_ftp'],
    },
  ],

  async handler(given, context) {
    await ownFtpAccount(context, given);
  },
});
