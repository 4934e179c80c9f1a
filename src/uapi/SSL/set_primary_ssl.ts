import { setPrimaryVirtualHost } from '../../life/plans/set-primary-virtual-host.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { badParam } from '../../core/errors.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import { certificatesOf } from '../../capabilities/certificates/rules/installed.ts';
import { ownSiteOf } from '../../capabilities/domains/rules/own-params.ts';

export default defineUapi({
  name: 'SSL::set_primary_ssl',
  since: 42,
  summary: 'Set the website that answers over HTTPS for the account’s dedicated IP address.',
  description: 'It answers clients without SNI and requests for unknown names.',
  effect: 'operates',
  role: 'WebServer',
  feature: 'sslinstall',
  params: {
    servername: { ...existingDomain, required: true, doc: 'The main domain or a subdomain of the account.' },
  },
  returns: null,
  examples: [
    { args: { servername: 'bob.example' }, doc: 'On a shared address, this fails.', fails: 'bad_param' },
  ],

  async handler({ servername: given }, context) {
    const { db, caller, plan } = context;
    const { account, host } = await ownSiteOf(db, caller, 'servername', given);
    const { servername } = host;
    if (servername !== given.toLowerCase()) {
      throw badParam(`“${servername}” serves the domain “${given}”. Pass that name.`);
    }
    if (!account.settings.dedicatedIp) {
      throw badParam('The account has a shared IP address, whose primary website only root can choose.');
    }
    if (!(await certificatesOf(db, account)).has(servername)) {
      throw badParam(`“${servername}” has no certificate. Install one with SSL::install_ssl first.`);
    }
    plan(await setPrimaryVirtualHost(context, { account, type: 'ssl', servername }));
  },
});
