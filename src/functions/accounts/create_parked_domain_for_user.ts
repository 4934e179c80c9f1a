import { changeDomains } from '../../life/plans/change-domains.ts';
import { defineFunction } from '../../core/define.ts';
import { lookForDomains } from '../../life/driver/hosted-domains/look-hosted-domains.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { domainName, existingAccount, existingDomain } from '../../ground/rules/accounts/names.ts';
import { zonesToLookFor } from '../../capabilities/dns/rules/domain-zones.ts';
import { withAlias } from '../../life/rules/domains/changes.ts';
import { forceParam } from '../../capabilities/domains/rules/reserved-domains.ts';

export default defineFunction({
  name: 'create_parked_domain_for_user',
  since: 82,
  summary: 'Add a domain to an account as an alias of one of its virtual hosts.',
  description:
    'An alias of the main domain is a parked domain and counts towards MAXPARK. An alias of a subdomain is an addon ' +
    'domain and counts towards MAXADDON. The domain gets a DNS zone. Resellers are bound by the tweak settings for ' +
    'domains, such as allowremotedomains.',
  access: ['park-dns'],
  effect: 'operates',
  params: {
    domain: { ...domainName, required: true, doc: 'The new domain.' },
    username: { ...existingAccount, required: true, doc: 'The account.' },
    web_vhost_domain: {
      ...existingDomain,
      required: true,
      doc: 'The virtual host that serves it: the main domain or a subdomain of the account.',
    },
    force: forceParam,
  },
  returns: null,
  examples: [
    {
      args: { domain: 'bob.test', username: 'bob', web_vhost_domain: 'bob.example' },
      doc: 'The website of bob.example also answers as bob.test.',
      setUp: ['createacct'],
    },
  ],

  look: ({ domain }, context) => lookForDomains(context, { zones: zonesToLookFor(domain), foreign: domain }),

  async handler({ domain, username, web_vhost_domain: given, force }, context, found) {
    const account = await accounts.get(context.db, context.caller, username);
    const host = { param: 'web_vhost_domain', given };
    const domains = await withAlias(context, account, { domain, host, force }, found.authority);
    context.plan(await changeDomains(context, domains, found));
  },
});
