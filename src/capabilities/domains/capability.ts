import { defineCapability } from '../define.ts';
import { isReseller } from '../accounts/rules/resellers/resellers.ts';
import * as hostedDomains from './rules/hosted-domains.ts';
import * as mailPolicies from './rules/mail-policies.ts';
import { applySoon } from './rules/service-subdomains.ts';

export default defineCapability({
  name: 'domains',
  rows: [{ table: 'hosted_domain' }, { table: 'mail_policy' }],
  stored: {
    async created(db, { account: { username }, isReseller: hasMore }, { now }) {
      if (hasMore) await applySoon(db, username, now);
    },
    async domainRenamed(db, { from, to }) {
      await hostedDomains.rename(db, from, to);
      await mailPolicies.rename(db, from, to);
    },
    async domainAdded(db, { domain }) {
      await hostedDomains.assertFree(db, domain.domain);
      await hostedDomains.insert(db, domain);
    },
    async domainRemoved(db, { domain: { domain } }) {
      await hostedDomains.remove(db, domain);
      await mailPolicies.forget(db, domain);
    },
    async changed(db, { before, after }, { now }) {
      // The new zone of a reseller that is renamed at the same time does not have all names.
      if (before.domain !== after.domain && (await isReseller(db, after.username)))
        await applySoon(db, after.username, now);
    },
  },
});
