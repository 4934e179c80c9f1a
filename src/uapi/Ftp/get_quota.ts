import { FEATURE, ROLE } from '../../capabilities/ftp/rules/ftp-accounts.ts';
import { domainParam, userParam } from '../../capabilities/ftp/rules/ftp-form.ts';
import { ownFtpAccount } from '../../capabilities/ftp/rules/own-ftp.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Ftp::get_quota',
  since: 42,
  summary: 'Show the quota of an FTP account.',
  feature: FEATURE,
  role: ROLE,
  effect: 'reads',
  params: { account: userParam, domain: domainParam },
  returns: { type: 'string', doc: 'The quota in MiB, or “unlimited”.' },
  examples: [
    {
      args: { account: 'web' },
      doc: 'The quota of web@bob.example.',
      setUp: ['Ftp::add_ftp'],
    },
  ],

  async handler({ account: user, domain }, context) {
    const { found } = await ownFtpAccount(context, { user, domain });
    return found.quota === 0 ? 'unlimited' : String(found.quota);
  },
});
