import { uninstallCertificate } from '../../life/plans/uninstall-certificate.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import { ownSiteOf } from '../../capabilities/domains/rules/own-params.ts';

export default defineUapi({
  name: 'SSL::delete_ssl',
  since: 42,
  summary: 'Take the certificate from a website of the account, which then no longer answers over HTTPS.',
  description:
    'Redirects to HTTPS of its domains end until it has a certificate again. The certificate and its key stay stored. ' +
    'AutoSSL requests another certificate at its next check, unless all names are excluded.',
  destructive: 'The website no longer answers over HTTPS. To undo it, call SSL::install_ssl.',
  effect: 'operates',
  role: 'WebServer',
  feature: 'sslinstall',
  params: { domain: { ...existingDomain, required: true, doc: 'A domain of the website.' } },
  returns: null,
  examples: [{ args: { domain: 'bob.example' }, doc: 'bob.example without HTTPS.' }],

  async handler({ domain }, context) {
    const { account, host } = await ownSiteOf(context.db, context.caller, 'domain', domain);
    context.plan(await uninstallCertificate(context, account, host.servername));
  },
});
