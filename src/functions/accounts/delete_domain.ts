import { changeDomains } from '../../life/plans/change-domains.ts';
import { authoriseAccount } from '../../core/access.ts';
import { defineFunction } from '../../core/define.ts';
import { lookForDomains } from '../../life/driver/hosted-domains/look-hosted-domains.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import { zonesToLookFor } from '../../capabilities/dns/rules/domain-zones.ts';
import { without } from '../../life/rules/domains/changes.ts';
import { find, getDomain } from '../../capabilities/domains/rules/hosted-domains.ts';

export default defineFunction({
  name: 'delete_domain',
  since: 86,
  summary: 'Remove a parked domain, an addon domain or a subdomain from its account.',
  description:
    'Its files stay. An addon domain is removed with the subdomain that serves it, unless that serves other domains too. ' +
    'A main domain cannot be removed.',
  destructive:
    'The DNS zone of a parked or addon domain is deleted with all its records, and the website no longer answers. Add ' +
    'the domain again to restore the website; records that were added by hand are lost.',
  access: ['edit-account'],
  effect: 'operates',
  params: { domain: { ...existingDomain, required: true, doc: 'The domain.' } },
  returns: {
    type: { type: 'string', doc: 'The type of the removed domain: “parked”, “addon” or “sub”.' },
    username: { type: 'string', doc: 'The account that had it.' },
  },
  examples: [
    {
      args: { domain: 'shop.bob.example' },
      doc: 'Remove the subdomain shop.bob.example. Its folder stays.',
      setUp: ['createacct', 'create_subdomain'],
    },
  ],

  async look({ domain }, context) {
    const servedBy = await context.transaction('reads', async (db) => (await find(db, domain))?.servedBy);
    const names = typeof servedBy === 'string' ? [domain, servedBy] : [domain];
    return lookForDomains(context, { zones: names.flatMap(zonesToLookFor) });
  },

  async handler({ domain }, context, found) {
    const { account } = await getDomain(context.db, context.caller, domain);
    authoriseAccount(context.caller, 'delete_domain', account.username);
    const { removed, ...domains } = await without(context, account, domain);
    context.plan(await changeDomains(context, domains, found));
    return { type: removed.type, username: account.username };
  },
});
