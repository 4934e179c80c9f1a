import { defineFunction } from '../../core/define.ts';
import { visibleTo } from '../../capabilities/accounts/rules/accounts.ts';
import { ipv6Address, isIpv6Dedicated } from '../../capabilities/accounts/rules/ipv6-in-sql.ts';
import { DOMAINS_OF_ACCOUNTS } from '../../capabilities/domains/rules/listed-domains.ts';
import { findVersions } from '../../capabilities/php/driver/look-php.ts';
import { HTTP_PORT, HTTPS_PORT } from '../../capabilities/web/driver/virtual-hosts/site-data.ts';
import { address, fieldsOf, flag, number, word, wordOrNull } from '../../ground/rules/list-in-sql.ts';
import { newestOf } from '../../capabilities/php/rules/versions.ts';
import { defaultVersion, versionOfDomain } from '../../capabilities/php/rules/virtual-hosts.ts';
import { readList } from '../../ground/rules/stored-list.ts';

/** @param php the PHP version of virtual hosts that set none. */
const columnsWith = (php: string) => ({
  docroot: word(`home || '/' || folder`, 'The document root.'),
  domain: word('name', 'The domain.'),
  domain_type: word('type', 'The type of the domain: “main”, “parked”, “addon” or “sub”.'),
  ipv4: address('ip', 'The IP address.'),
  ipv4_ssl: address('ip', 'The IP address of its site over HTTPS: the same one.'),
  ipv6: wordOrNull(ipv6Address, 'The IPv6 address in full, not shortened; null if the account has none.'),
  ipv6_is_dedicated: flag(isIpv6Dedicated, 'Whether the IPv6 address is dedicated to the account.'),
  parent_domain: word('domain', 'The main domain of its account.'),
  php_version: word(
    versionOfDomain(php),
    'The PHP version of the virtual host that serves it. Empty if this server has no PHP.',
  ),
  port: number(`CAST(${HTTP_PORT} AS INTEGER)`, 'The port of its site over HTTP.'),
  port_ssl: number(`CAST(${HTTPS_PORT} AS INTEGER)`, 'The port of its site over HTTPS.'),
  user: word('username', 'The account.'),
  user_owner: word('owner', 'The account’s owner.'),
});

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
  returns: {
    domains: { list: { fields: fieldsOf(columnsWith('')) }, doc: 'The domains, sorted by account.' },
  },
  list: 'domains',
  examples: [{ args: {}, doc: 'All domains.' }],

  look: (_args, { machine }) => findVersions(machine),

  async handler(_args, context, installed) {
    const columns = columnsWith((await defaultVersion(context.db, newestOf(installed)?.id)) ?? '');
    const condition = visibleTo(context.db, context.caller);
    return { domains: await readList(context, DOMAINS_OF_ACCOUNTS, { columns, condition }) };
  },
});
