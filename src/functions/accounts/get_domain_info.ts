import { defineFunction } from '../../core/define.ts';
import type { Hash } from '../../core/values.ts';
import { read } from '../../model/accounts/search.ts';
import { visibleTo } from '../../model/accounts/accounts.ts';
import { ipv6Address, isIpv6Dedicated } from '../../model/addresses/ipv6-in-sql.ts';
import { listVisible, type HostedDomain } from '../../model/domains/hosted-domains.ts';
import { address, fieldsOf, flag, word, wordOrNull } from '../../model/list-in-sql.ts';

const columns = {
  docroot: word(`home || '/public_html'`, 'The document root.'),
  domain: word('domain', 'The domain.'),
  domain_type: word(`'main'`, 'The type of the domain: “main”, “parked”, “addon” or “sub”.'),
  ipv4: address('ip', 'The IP address.'),
  ipv6: wordOrNull(ipv6Address, 'The IPv6 address in full, not shortened; null if the account has none.'),
  ipv6_is_dedicated: flag(isIpv6Dedicated, 'Whether the IPv6 address is dedicated to the account.'),
  parent_domain: word('domain', 'The main domain of its account.'),
  user: word('username', 'The account.'),
  user_owner: word('owner', 'The account’s owner.'),
};

export default defineFunction({
  name: 'get_domain_info',
  since: 70,
  summary: 'List the domains of all accounts.',
  description:
    'Lists main domains, parked domains, addon domains and subdomains. Resellers see the domains of the accounts that ' +
    'they own.',
  access: ['acct-summary'],
  effect: 'reads',
  params: {},
  returns: { domains: { list: { fields: fieldsOf(columns) }, doc: 'The domains, sorted by account.' } },
  list: 'domains',
  examples: [{ args: {}, doc: 'All domains.' }],

  async handler(_args, context) {
    const { db, caller } = context;
    const reading = { columns, condition: visibleTo(db, caller) };
    const others = await listVisible(db, caller);
    if (others.length === 0) return { domains: await read(context, reading) };
    // Only main domains are in the table that SQL can filter and sort. The engine does it here.
    const mains = await read({ db, listQuery: undefined, reportCounts: context.reportCounts }, reading);
    const byUser = new Map<unknown, HostedDomain[]>();
    for (const other of others) {
      const own = byUser.get(other.username);
      if (own === undefined) byUser.set(other.username, [other]);
      else own.push(other);
    }
    return { domains: mains.flatMap((main) => [main, ...ofAccount(main, byUser.get(main.user) ?? [])]) };
  },
});

/** The records of an account's other domains. `main`: that of its main domain. */
function ofAccount(main: Hash, own: readonly HostedDomain[]): Hash[] {
  const root = typeof main.docroot === 'string' ? main.docroot : '';
  const home = root.slice(0, root.lastIndexOf('/'));
  const docrootOf = ({ documentRoot, servedBy }: HostedDomain): string => {
    if (documentRoot !== null) return `${home}/${documentRoot}`;
    const host = own.find(({ domain }) => domain === servedBy);
    return host === undefined ? root : docrootOf(host);
  };
  return own.map((one) => ({
    ...main,
    domain: one.domain,
    domain_type: one.type,
    docroot: docrootOf(one),
  }));
}
