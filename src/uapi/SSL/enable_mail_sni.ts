import { ownSiteOf } from '../../capabilities/domains/rules/own-params.ts';
import {
  ALWAYS_ENABLED,
  barredDomains,
  enablingFields,
  failedDomains,
  ROLE,
} from '../../capabilities/mail/rules/sni-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'SSL::enable_mail_sni',
  since: 48,
  summary: 'Set the mail services to use the certificates of the account’s domains.',
  description: 'They always do, so the call changes nothing and says so in a warning.',
  effect: 'reads',
  role: ROLE,
  params: { domains: barredDomains },
  returns: { fields: enablingFields },
  examples: [{ args: { domains: 'bob.example|eve.example' }, doc: 'Changes nothing.' }],

  async handler({ domains }, { db, caller, warn }) {
    warn(ALWAYS_ENABLED);
    const failed = await failedDomains(domains.split('|'), (domain) =>
      ownSiteOf(db, caller, 'domains', domain),
    );
    return { updated_domains: {}, failed_domains: failed };
  },
});
