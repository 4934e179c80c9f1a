import { changeDomains } from '../../life/plans/change-domains.ts';
import { authoriseAccount } from '../../core/access.ts';
import { defineFunction } from '../../core/define.ts';
import { lookForDomains } from '../../life/driver/hosted-domains/look-hosted-domains.ts';
import { hostName } from '../../ground/rules/accounts/names.ts';
import { zonesToLookFor } from '../../capabilities/dns/rules/domain-zones.ts';
import { ownerOfParent, withSubdomain } from '../../life/rules/domains/changes.ts';
import { forceParam } from '../../capabilities/domains/rules/reserved-domains.ts';

export default defineFunction({
  name: 'create_subdomain',
  since: 86,
  summary: 'Create a subdomain of a domain of an account, with its own document root.',
  description:
    'The account is the one that has the parent domain. The subdomain gets a virtual host, a self-signed certificate, ' +
    'which AutoSSL replaces, and address records in the DNS zone of its parent domain. It counts towards MAXSUB of the ' +
    'account. If any step fails, all earlier steps are undone.',
  access: ['edit-account'],
  effect: 'operates',
  params: {
    domain: {
      ...hostName,
      required: true,
      doc: 'The subdomain. *.bob.example answers to all names below bob.example that nobody else has.',
    },
    document_root: {
      type: 'string',
      required: true,
      maxLength: 1024,
      doc:
        'The folder of its files, below the home: public_html/shop. If it does not exist, it is made. It must be in ' +
        'public_html while the tweak setting publichtmlsubsonly is on.',
    },
    force: forceParam,
    use_canonical_name: {
      type: 'flag',
      doc: 'Whether the web server uses the subdomain’s name, and not that of the request, in redirects.',
      noEffectReason: 'the web server uses the name of the request for all domains.',
    },
  },
  returns: { username: { type: 'string', doc: 'The account that has the subdomain.' } },
  examples: [
    {
      args: { domain: 'shop.bob.example', document_root: 'public_html/shop' },
      doc: 'Serve shop.bob.example from the folder public_html/shop of “bob”.',
      setUp: ['createacct'],
    },
  ],

  look: ({ domain }, context) => lookForDomains(context, { zones: zonesToLookFor(domain) }),

  async handler({ domain, document_root: given, force }, context, found) {
    const account = await ownerOfParent(context, domain);
    authoriseAccount(context.caller, 'create_subdomain', account.username);
    const root = { param: 'document_root', given };
    const domains = await withSubdomain(context, account, { domain, root, force });
    context.plan(await changeDomains(context, domains, found));
    return { username: account.username };
  },
});
