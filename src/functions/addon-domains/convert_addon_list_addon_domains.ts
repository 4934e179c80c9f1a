import { defineFunction } from '../../core/define.ts';
import * as ipv6 from '../../capabilities/addresses/rules/ipv6-assignments.ts';
import { listAddons } from '../../capabilities/domains/rules/conversions.ts';

export default defineFunction({
  name: 'convert_addon_list_addon_domains',
  since: 56,
  summary: 'List the addon domains of the caller’s accounts.',
  description: 'Root sees the addon domains of all accounts.',
  access: ['create-acct'],
  effect: 'reads',
  params: {},
  returns: {
    map: {
      fields: {
        docroot: { type: 'string', doc: 'The document root.' },
        domain_type: { type: 'string', doc: 'Always “addon”.' },
        ip: { type: 'string', doc: 'The account’s IPv4 address.' },
        ipv6: { type: 'string', doc: 'The account’s IPv6 address; empty if it has none.' },
        owner: { type: 'string', doc: 'The account that has the domain.' },
        reseller: { type: 'string', doc: 'The owner of that account.' },
        subdomain: { type: 'string', doc: 'The subdomain that serves the domain.' },
      },
    },
    keys: 'DOMAIN',
  },
  examples: [{ args: {}, doc: 'All addon domains.' }],

  async handler(_args, { db, caller }) {
    const addons = await listAddons(db, caller);
    const addresses = await ipv6.addressesOf(
      db,
      addons.map(({ account }) => account.username),
    );
    const rows = addons.map(({ domain, account, subdomain, documentRoot }) => {
      const row = {
        docroot: `${account.home}/${documentRoot}`,
        domain_type: 'addon',
        ip: account.ip,
        ipv6: addresses.get(account.username) ?? '',
        owner: account.username,
        reseller: account.owner,
        subdomain: subdomain.domain,
      };
      return [domain, row] as const;
    });
    return Object.fromEntries(rows);
  },
});
